import { type CollectorObject, type CollectorWish, collectorNames, settingsObject } from './collector-objects.ts';
import { collectorPod, SETTINGS_FILE } from './collector-pod.ts';
import { COLLECTOR_ENVIRONMENT } from './frame.ts';

/** What asks the collector itself, and the name of the job whose end is its answer. */
export interface SettingsCheck {
  readonly job: string;
  readonly objects: readonly CollectorObject[];
}

/** Pulling an image included. */
const LONGEST_SECONDS = 180;

/**
 * A job that has the very collector validate the settings of a variant, on one of the nodes that will run them and before
 * anything does. It starts no receiver, sees nothing of its node, gets no secret and reaches nobody.
 */
export const settingsCheck = (wish: CollectorWish): SettingsCheck => {
  // a job's pods cannot be changed, so another epoch has another
  const job = `check-${wish.owner}-${wish.variant}-e${wish.epoch}`;
  const labels = {
    'phoenix.dev/owner': wish.owner,
    // not the variant's own label: no scraper and no count of collectors may find this pod
    'phoenix.dev/checks': wish.variant,
    'phoenix.dev/epoch': String(wish.epoch),
    'app.kubernetes.io/name': 'phoenix-settings-check',
    'app.kubernetes.io/managed-by': 'phoenix',
  };
  return {
    job,
    objects: [
      settingsObject(wish),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: job, labels },
        spec: {
          podSelector: { matchLabels: { 'phoenix.dev/owner': wish.owner, 'phoenix.dev/checks': wish.variant } },
          policyTypes: ['Ingress', 'Egress'],
        },
      },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: job, labels },
        spec: { backoffLimit: 0, activeDeadlineSeconds: LONGEST_SECONDS, template: checkPod(wish, labels) },
      },
    ],
  };
};

/** The collector's pod without what makes it one: rights, node, ports and probes. */
const checkPod = (wish: CollectorWish, labels: Readonly<Record<string, string>>) => {
  const names = collectorNames(wish);
  const { metadata, spec } = collectorPod({ ...wish, names, labels });
  const [container] = spec.containers;
  const { env, image, resources, volumeMounts } = container;
  const { affinity, tolerations, securityContext } = spec;
  return {
    metadata,
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      affinity,
      tolerations,
      securityContext,
      containers: [
        {
          name: 'check',
          image,
          args: ['validate', `--config=/settings/${SETTINGS_FILE}`],
          env: [...env.map(ofCheck), ...NO_CREDENTIALS],
          resources,
          terminationMessagePolicy: 'FallbackToLogsOnError',
          securityContext: {
            ...container.securityContext,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: volumeMounts.filter(({ name }) => name === 'settings'),
        },
      ],
      volumes: spec.volumes.filter(({ name }) => name === 'settings'),
    },
  };
};

type Variable = ReturnType<typeof collectorPod>['spec']['containers'][number]['env'][number];

/** The node's root has to be there and is not looked at; a secret is not needed to read the settings around it. */
const ofCheck = (variable: Variable): Variable => {
  const { name } = variable;
  if (name === COLLECTOR_ENVIRONMENT.hostRoot) return { name, value: '/' };
  return 'valueFrom' in variable && 'secretKeyRef' in variable.valueFrom ? { name, value: 'not-read' } : variable;
};

/** To validate a signature it asks for credentials, and without any it would wait for an address that it cannot reach. */
const NO_CREDENTIALS = [
  { name: 'AWS_ACCESS_KEY_ID', value: 'none' },
  { name: 'AWS_SECRET_ACCESS_KEY', value: 'none' },
  { name: 'AWS_EC2_METADATA_DISABLED', value: 'true' },
] as const;
