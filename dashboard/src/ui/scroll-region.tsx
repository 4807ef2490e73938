import type { ReactNode } from 'react';

/** What is too wide or too long scrolls by itself, and by keyboard as well. */
export const ScrollRegion = ({
  label,
  className = 'scroll-table',
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
  <section className={className} tabIndex={0} aria-label={label}>
    {children}
  </section>
);
