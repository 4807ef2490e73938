import { useQuery } from '@tanstack/react-query';
import type { ExperimentView, Transition } from '../../../../src/experiments/contract/views.ts';
import { describeDuration } from '../../../../src/kernel/duration.ts';
import { transitionsQuery } from '../../api/queries.ts';
import { formatAbsolute, formatClock } from '../../format/times.ts';
import { nameOf } from '../../format/words.ts';
import { StateChip } from '../../ui/chips.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

/** What happened, newest first: from which state to which, who or what did it, and why. */
export const TimelineTab = ({ view }: { readonly view: ExperimentView }) => {
  const query = useQuery(transitionsQuery(view));
  return (
    <Loaded query={query} what="The timeline" stillWorks="The verdict and the other parts still hold.">
      {(transitions) => (
        <ol className="timeline">
          {transitions
            .map((each, index) => (
              <Entry key={`${each.epoch} ${each.seq}`} transition={each} next={transitions[index + 1] ?? null} />
            ))
            .toReversed()}
        </ol>
      )}
    </Loaded>
  );
};

const Entry = ({ transition, next }: { readonly transition: Transition; readonly next: Transition | null }) => {
  const seconds = next === null ? null : (Date.parse(next.at) - Date.parse(transition.at)) / 1000;
  return (
    <li>
      <span className="num timeline-at" title={formatAbsolute(transition.at)}>
        {formatClock(transition.at)}
        <span className="quiet">
          <Time at={transition.at} />
        </span>
      </span>
      <StateChip state={transition.to} isPast={next !== null} />
      <span className="timeline-cause">
        {transition.cause}
        <span className="quiet">
          by {nameOf(transition.actor)}
          {transition.epoch > 1 ? `, epoch ${transition.epoch}` : ''}
          {seconds === null ? '' : `, took ${describeDuration(seconds)}`}
        </span>
      </span>
    </li>
  );
};
