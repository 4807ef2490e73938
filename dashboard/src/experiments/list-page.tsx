import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ExperimentVerdict } from '../../../src/experiments/contract/views.ts';
import { STATES } from '../../../src/experiments/domain/vocabulary.ts';
import { clustersQuery, experimentsQuery, meQuery } from '../api/queries.ts';
import { STATE_WORDS, VERDICT_WORDS } from '../format/words.ts';
import { Choice } from '../ui/choice.tsx';
import { Icon } from '../ui/icon.tsx';
import { ListFoot } from '../ui/list-foot.tsx';
import { isFound, SearchField } from '../ui/search-field.tsx';
import { Empty, Loaded, NoMatch, Skeleton } from '../ui/states.tsx';
import { ListTable } from './list-table.tsx';

/** All experiments, newest first; filters live in the address. */
export const ListPage = () => {
  const search = useSearch({ from: '/frame/experiments' });
  const navigate = useNavigate({ from: '/experiments' });
  const query = useInfiniteQuery(
    experimentsQuery({ state: search.state, verdict: search.verdict, clusterId: search.cluster }),
  );
  const isFiltered = search.state !== undefined || search.verdict !== undefined || search.cluster !== undefined;
  const noMatch = (
    <NoMatch things="experiments" onClear={() => void navigate({ search: {} })}>
      No experiment fits this search and these filters.
    </NoMatch>
  );

  return (
    <>
      <title>Experiments · Phoenix</title>
      <div className="page-head">
        <h1>Experiments</h1>
        <NewButton />
      </div>
      <Filters />
      <Loaded
        query={query}
        what="The list of experiments"
        stillWorks="Running experiments go on."
        skeleton={<Skeleton lines={8} />}
      >
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return isFiltered ? noMatch : <NoExperiments />;
          const found = items.filter(({ name, id, sentence }) => isFound(search.q ?? '', [name, id, sentence ?? '']));
          return (
            <>
              {found.length === 0 ? noMatch : <ListTable items={found} />}
              <ListFoot query={query} known={items.length} shown={found.length} />
            </>
          );
        }}
      </Loaded>
    </>
  );
};

const NewButton = () => {
  const me = useQuery(meQuery).data;
  if (me !== undefined && !me.permissions.includes('experiment:create')) return null;
  return (
    <Link to="/experiments/new" className="button button-primary">
      <Icon name="plus" /> New experiment
    </Link>
  );
};

const Filters = () => {
  const search = useSearch({ from: '/frame/experiments' });
  const navigate = useNavigate({ from: '/experiments' });
  const clusters = useQuery(clustersQuery).data ?? [];
  const set = (change: Record<string, string | undefined>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <search className="filters">
      <SearchField label="Search in name, id and sentence" value={search.q} onChange={(q) => set({ q })} />
      <Choice
        label="State"
        value={search.state}
        options={STATES.map((state) => [state, STATE_WORDS[state].word])}
        onChange={(state) => set({ state })}
      />
      <Choice
        label="Verdict"
        value={search.verdict}
        options={ExperimentVerdict.options.map((verdict) => [verdict, VERDICT_WORDS[verdict].word])}
        onChange={(verdict) => set({ verdict })}
      />
      <Choice
        label="Cluster"
        value={search.cluster}
        options={clusters.map(({ id, settings }) => [id, settings.name])}
        onChange={(cluster) => set({ cluster })}
      />
    </search>
  );
};

const NoExperiments = () => {
  const mayCreate = useQuery(meQuery).data?.permissions.includes('experiment:create') === true;
  return (
    <Empty
      title="No experiment yet"
      action={
        mayCreate ? (
          <Link to="/experiments/new" className="button button-primary">
            <Icon name="plus" /> Compare two pipelines
          </Link>
        ) : (
          <p className="quiet">
            Creating one needs <code>experiment:create</code>, which the role experimenter has.
          </p>
        )
      }
    >
      <p>
        An experiment runs two collector pipelines side by side on the same nodes, reads both at the same instants, and
        says with an interval how much cheaper the candidate is and whether anything that matters got worse.
      </p>
      <p>What runs on the nodes today is not touched, and everything it deploys is removed at its end.</p>
    </Empty>
  );
};
