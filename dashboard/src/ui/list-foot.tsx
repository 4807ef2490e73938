import { Button } from './button.tsx';

/** What is asked of a list that comes page by page. */
interface Pages {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
}

/** How much of a list is shown, and the way to more. */
export const ListFoot = ({
  query,
  known,
  shown = known,
}: {
  readonly query: Pages;
  /** how many have come so far */
  readonly known: number;
  /** how many of them fit what is searched for */
  readonly shown?: number;
}) => (
  <p className="list-foot quiet">
    <span>
      <span className="num">{shown === known ? known : `${shown} of ${known}`}</span> shown
      {query.hasNextPage ? '; there are more' : ''}
    </span>
    <LoadMore query={query} />
  </p>
);

export const LoadMore = ({ query }: { readonly query: Pages }) =>
  query.hasNextPage ? (
    <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
      Load more
    </Button>
  ) : null;
