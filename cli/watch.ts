import type { Client } from '../src/client/client.ts';
import type { ExperimentView } from '../src/experiments/contract/views.ts';
import { type State, TERMINAL_STATES } from '../src/experiments/domain/vocabulary.ts';
import type { ExperimentId } from '../src/kernel/identity.ts';
import { silenceAround } from './commands/cluster.ts';
import { silenceLine, watchPicture } from './render/experiment.ts';
import { drawInPlace } from './render/in-place.ts';

const isTerminal = (state: State): boolean => TERMINAL_STATES.some((terminal) => terminal === state);

/** True when nothing more comes by itself: at its end, or waiting for a person, unless that person has just answered. */
export const isSettled = ({ state, cleanup }: ExperimentView, isAnswered = false): boolean =>
  (isTerminal(state) && cleanup !== 'pending') || (state === 'awaiting_approval' && !isAnswered) || state === 'draft';

/** Follows an experiment to where only a person can bring it on; on a terminal in place, elsewhere a line per change. */
export const watchExperiment = async (request: {
  readonly client: () => Promise<Client>;
  readonly id: ExperimentId;
  readonly isTerminal: boolean;
  readonly say: (text: string) => void;
  /** a stop or a promotion was asked for: it will leave the state in which it waits for one */
  readonly isAnswered?: boolean;
}): Promise<ExperimentView> => {
  const update = request.isTerminal ? drawInPlace(process.stdout) : null;
  let lastSaid = '';
  for (;;) {
    const client = await request.client();
    const { body } = await client.getExperiment({ params: { experimentId: request.id } });
    const silence = await silenceAround(client, body);
    update?.draw([watchPicture(body, Date.now()), ...silenceLine(silence)].join('\n\n'));
    const line = [`${body.state}  ${body.slotsMeasured}/${body.slotsPlanned}`, ...silenceLine(silence)].join('\n');
    if (update === null && line !== lastSaid) request.say(line);
    lastSaid = line;
    if (isSettled(body, request.isAnswered)) {
      update?.done();
      return body;
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
};
