import { Fragment, type ReactNode } from 'react';

interface TabLink {
  readonly className: string;
  readonly 'aria-current': 'page' | undefined;
  readonly resetScroll: false;
  readonly children: string;
}

/** Parts of a page, each with an address of its own, which the page knows; the first has that of the page. */
export const Tabs = <Tab extends string>({
  label,
  tabs,
  words,
  chosen,
  children,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly words: Readonly<Record<Tab, string>>;
  readonly chosen: Tab;
  /** the link to a part: how it looks, and what the address says of it */
  readonly children: (link: TabLink, tab: Tab | undefined) => ReactNode;
}) => (
  <nav className="tabs" aria-label={label}>
    {tabs.map((each, index) => (
      <Fragment key={each}>
        {children(
          {
            className: each === chosen ? 'tab tab-chosen' : 'tab',
            'aria-current': each === chosen ? 'page' : undefined,
            resetScroll: false,
            children: words[each],
          },
          index === 0 ? undefined : each,
        )}
      </Fragment>
    ))}
  </nav>
);
