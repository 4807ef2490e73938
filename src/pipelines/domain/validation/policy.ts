import * as z from 'zod';
import { AllowedHost } from '../../../kernel/allowed-host.ts';
import { COLLECTOR_ENVIRONMENT, UNSET_VARIABLE } from '../frame.ts';

/** What the owner of a cluster allows to those who write pipelines for it. */
export const ClusterPolicy = z.strictObject({
  /** names of variables that may be put in; whoever sets them decides what they hold */
  variables: z.array(z.string()),
  /** those among them that hold secrets: for headers and keys alone */
  secretVariables: z.array(z.string()),
  /** those among them that name a place to send to */
  destinationVariables: z.array(z.string()),
  destinations: z.array(AllowedHost),
  /** folders of the node that a receiver may read */
  readablePaths: z.array(z.string()),
  /** folders with certificates, for whoever sends or listens */
  certificatePaths: z.array(z.string()),
  /** types of extensions */
  extensions: z.array(z.string()),
  /**
   * types of receivers, processors, exporters and connectors whose settings we do not know, and which may run all the
   * same where the image has them; whatever they read and send
   */
  trustedComponents: z.array(z.string()),
  /** executables that no filter may drop */
  criticalProcesses: z.array(z.string()),
  /** types of components that may be less settled than beta, each after a review; undefined: nothing is promoted */
  promotionWaivers: z.array(z.string()).optional(),
});
export type ClusterPolicy = z.infer<typeof ClusterPolicy>;

/** What holds where an owner has said nothing: the measurement store and nothing else. */
export const STRICTEST_POLICY: ClusterPolicy = {
  variables: [...Object.values(COLLECTOR_ENVIRONMENT), UNSET_VARIABLE],
  secretVariables: [],
  destinationVariables: [COLLECTOR_ENVIRONMENT.remoteWriteUrl],
  destinations: [],
  readablePaths: ['/proc', '/sys', '/var/log/pods'],
  certificatePaths: ['/etc/ssl/certs', '/etc/pki/tls/certs'],
  extensions: ['health_check', 'sigv4auth'],
  // they work on what passes through them, and neither read nor send
  trustedComponents: [
    'cardinality_guardian',
    'count',
    'log_dedup',
    'metric_start_time',
    'metricsgeneration',
    'probabilistic_sampler',
    'round_robin',
    'routing',
    'signal_to_metrics',
    'span_metrics',
    'sum',
    'tail_sampling',
  ],
  criticalProcesses: [],
};
