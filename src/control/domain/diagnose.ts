import type { Cluster } from '../../clusters/domain/cluster.ts';
import { ourSelector } from '../../clusters/domain/marks.ts';
import { holdKey } from '../../clusters/domain/node-keys.ts';
import { type Experiment, isActive, isTerminal, lifeOf } from '../../experiments/domain/experiment.ts';
import { isCleanupOverdue, isStopUnheard, overdueAt } from '../../experiments/domain/schedule.ts';
import { isCleanupOwed } from '../../experiments/domain/vocabulary.ts';
import { type Instant, minutesAfter } from '../../kernel/instant.ts';
import { counted } from '../../kernel/words.ts';
import type { Finding } from './finding.ts';

/** Everything that a tenant's experiments stand on, as it is now. */
export interface Picture {
  readonly now: Instant;
  /** everything whose time has come; `isAbandoned`: its state is one in which a machine waits, and none does */
  readonly experiments: readonly { readonly experiment: Experiment; readonly isAbandoned: boolean }[];
  readonly lookEveryMinutes: number;
  readonly clusters: readonly ClusterPicture[];
  /** events that the stream has missed */
  readonly unpublished: number;
  /** events that the bus never took */
  readonly parked: number;
  readonly deadLetters: readonly { readonly queue: string; readonly messages: number }[];
}

export interface ClusterPicture {
  readonly cluster: Cluster;
  /** reserved nodes, each with whoever it is reserved for; null: there is no such experiment any more */
  readonly holds: readonly { readonly node: string; readonly heldBy: string; readonly holder: Experiment | null }[];
  /** some experiment or promoted pipeline may have objects there */
  readonly isInUse: boolean;
}

/** What is stuck, in the order in which a person should care. */
export const diagnose = (picture: Picture): readonly Finding[] => [
  ...picture.experiments.flatMap((each) => ofExperiment(each, picture.now)),
  ...picture.clusters.flatMap((each) => ofCluster(each, picture)),
  ...ofMessages(picture),
];

/** So long a message may be on its way. */
const HEARD_MINUTES = 5;
/** A machine that hears nothing for 15 min enters its wait again. */
const WAITED_FOR_MINUTES = 20;

const ofExperiment = (
  { experiment, isAbandoned }: Picture['experiments'][number],
  now: Instant,
): readonly Finding[] => {
  const { id: subject, state, enteredAt } = experiment;
  const said = (finding: Omit<Finding, 'subject'>): readonly Finding[] => [{ subject, ...finding }];
  const stop = `phoenix experiment stop ${subject} --reason stuck`;
  if (isCleanupOverdue(experiment, now) || (isTerminal(experiment) && experiment.cleanup === 'overdue')) {
    return said({
      code: 'cleanup-overdue',
      since: isTerminal(experiment) ? experiment.completedAt : enteredAt,
      sentence: 'it is over, and something of it is still on a cluster',
      command: checkCommand(experiment.settings.targets.map(({ clusterId }) => clusterId)),
    });
  }
  const asked = lifeOf(experiment)?.stop;
  if (asked != null && isStopUnheard(experiment, now)) {
    return said({
      code: 'stop-unheard',
      since: asked.at,
      sentence: `it was to stop, and is still ${state}; the janitor brings it home at its next pass`,
      command: `phoenix experiment watch ${subject}`,
    });
  }
  if (state === 'validating' && experiment.life.execution === null && minutesAfter(enteredAt, HEARD_MINUTES) <= now) {
    return said({
      code: 'start-unheard',
      since: enteredAt,
      sentence: 'it was started, and no machine has taken it; the janitor starts one when it is overdue',
      command: stop,
    });
  }
  const limit = overdueAt(experiment);
  if (limit !== null && limit <= now) {
    return said({
      code: 'state-overdue',
      since: limit,
      sentence: `it should not be ${state} any more; the janitor brings it home at its next pass`,
      command: stop,
    });
  }
  return isAbandoned && minutesAfter(enteredAt, WAITED_FOR_MINUTES) <= now
    ? said({
        code: 'nobody-waits',
        since: enteredAt,
        sentence: `it is ${state}, and no machine waits for it to go on`,
        command: stop,
      })
    : [];
};

const checkCommand = (clusterIds: readonly string[]): string =>
  [...new Set(clusterIds)].map((id) => `phoenix cluster check ${id}`).join(' && ');

const ofCluster = (
  { cluster, holds, isInUse }: ClusterPicture,
  { now, lookEveryMinutes }: Picture,
): readonly Finding[] => {
  const { id, settings, health, healthMessage, nodesSeenAt, objectCount, createdAt } = cluster;
  const command = `phoenix cluster check ${settings.name}`;
  const lastSeen = nodesSeenAt ?? createdAt;
  const patienceMinutes = 3 * lookEveryMinutes;
  const isUnseen = minutesAfter(lastSeen, patienceMinutes) <= now;
  const about = (finding: Omit<Finding, 'subject'>): Finding => ({ subject: settings.name, ...finding });
  const orphaned = holds.filter(({ holder }) => holder === null || !isActiveOrOwed(holder));
  return [
    ...(health === 'unreachable'
      ? [
          about({
            code: 'cluster-silent',
            since: nodesSeenAt,
            sentence: `it does not answer: ${healthMessage ?? 'nobody knows why'}`,
            command,
          }),
        ]
      : isUnseen
        ? [
            about({
              code: 'cluster-unseen',
              since: lastSeen,
              sentence: `nobody has looked at it for longer than ${counted(patienceMinutes, 'minute')}: the reconciler does not run`,
              command,
            }),
          ]
        : []),
    ...(objectCount !== null && objectCount > 0 && !isInUse
      ? [
          about({
            code: 'cluster-leftovers',
            since: null,
            sentence: `${counted(objectCount, 'object')} of ours there, and nothing that wants them; the hourly sweep removes them`,
            command: `kubectl -n ${settings.namespace} get daemonsets,configmaps,services,serviceaccounts -l ${ourSelector()}`,
          }),
        ]
      : []),
    ...orphaned.map(({ node, heldBy }) => {
      const { pk, sk } = holdKey(cluster.tenantId, id, node, 'metrics');
      return {
        code: 'node-held-by-nobody' as const,
        subject: `${settings.name}/${node}`,
        since: null,
        sentence: `it is reserved for ${heldBy}, which is over: no other experiment can have it`,
        command: `aws dynamodb delete-item --table-name phoenix-STAGE-core --key '${JSON.stringify({ pk: { S: pk }, sk: { S: sk } })}'`,
      };
    }),
  ];
};

const isActiveOrOwed = (experiment: Experiment): boolean =>
  isActive(experiment) || (isTerminal(experiment) && isCleanupOwed(experiment.cleanup));

const ofMessages = ({ unpublished, parked, deadLetters }: Picture): readonly Finding[] => [
  ...(unpublished > 0
    ? [
        {
          code: 'events-unpublished' as const,
          subject: 'events',
          since: null,
          sentence: `${counted(unpublished, 'event')} written, and not on the bus after five minutes; the janitor publishes them at its next pass`,
          command: 'aws lambda invoke --function-name phoenix-STAGE-sweep /dev/stdout',
        },
      ]
    : []),
  ...(parked > 0
    ? [
        {
          code: 'events-parked' as const,
          subject: 'unpublishable',
          since: null,
          sentence: `${counted(parked, 'event')} that the bus never took`,
          command: 'aws sqs receive-message --queue-url QUEUE_URL_OF_phoenix-STAGE-unpublishable',
        },
      ]
    : []),
  ...deadLetters.flatMap(({ queue, messages }) =>
    messages === 0
      ? []
      : [
          {
            code: 'dead-letters' as const,
            subject: queue,
            since: null,
            sentence: `${counted(messages, 'message')} that nobody could use, kept for 14 days`,
            command: `aws sqs receive-message --queue-url QUEUE_URL_OF_phoenix-STAGE-${queue}-dead`,
          },
        ],
  ),
];
