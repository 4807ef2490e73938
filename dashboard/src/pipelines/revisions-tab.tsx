import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { PipelineView } from '../../../src/pipelines/contract/views.ts';
import { originName } from '../../../src/pipelines/domain/revision.ts';
import { revisionsQuery } from '../api/queries.ts';
import { nameOf } from '../format/words.ts';
import { WordMark } from '../ui/chips.tsx';
import { Copyable } from '../ui/copy.tsx';
import { LoadMore } from '../ui/list-foot.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Loaded, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { findingsWord } from './editor/findings-list.tsx';

/** Everything that was ever saved, newest first. */
export const RevisionsTab = ({ view }: { readonly view: PipelineView }) => {
  const query = useInfiniteQuery(revisionsQuery(view.id, view.version));
  return (
    <Loaded query={query} what="The list of revisions" skeleton={<Skeleton lines={6} />}>
      {({ pages }) => (
        <>
          <ScrollRegion label="Revisions">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Revision</th>
                  <th scope="col">Published</th>
                  <th scope="col">Findings</th>
                  <th scope="col">Of</th>
                  <th scope="col">Saved</th>
                  <th scope="col">Why</th>
                  <th scope="col">Text</th>
                  <th scope="col">
                    <span className="only-read">What to do with it</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {pages
                  .flatMap((page) => page.items)
                  .map((each) => (
                    <tr key={each.number}>
                      <td data-label="Revision" className="num">
                        {each.number}
                      </td>
                      <td data-label="Published">
                        {each.number === view.published?.revision ? (
                          <WordMark word={{ word: 'published', tone: 'good' }} />
                        ) : each.published === null ? (
                          <span className="quiet">never</span>
                        ) : (
                          <span className="quiet">
                            was, <Time at={each.published.at} />
                          </span>
                        )}
                      </td>
                      <td data-label="Findings">
                        <WordMark word={findingsWord(each)} />
                      </td>
                      <td data-label="Of">{originName(each.origin)}</td>
                      <td data-label="Saved">
                        <span>
                          {nameOf(each.createdBy)}, <Time at={each.createdAt} />
                        </span>
                      </td>
                      <td data-label="Why">{each.note === '' ? <span className="quiet">–</span> : each.note}</td>
                      <td data-label="Text">
                        <Copyable text={each.sha256} shown={`${each.sha256.slice(0, 8)}…`} />
                      </td>
                      <td>
                        <span className="row-links">
                          <Link
                            from="/pipelines/$pipelineId"
                            to="."
                            search={each.number === view.latest.number ? {} : { revision: each.number }}
                          >
                            Open
                          </Link>
                          {each.number === 1 ? null : (
                            <Link
                              from="/pipelines/$pipelineId"
                              to="."
                              search={{ tab: 'compare', from: each.number - 1, to: each.number }}
                            >
                              What changed
                            </Link>
                          )}
                        </span>
                      </td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </ScrollRegion>
          <LoadMore query={query} />
        </>
      )}
    </Loaded>
  );
};
