import { permissionsOf } from '../../src/access/domain/permissions.ts';
import { type Principal, shortIdFrom, type TenantId, type UserId } from '../../src/kernel/identity.ts';
import type { Outcome, Refusal } from '../../src/kernel/outcome.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { makeChangePipeline } from '../../src/pipelines/application/change-pipeline.ts';
import { makeCreatePipeline } from '../../src/pipelines/application/create-pipeline.ts';
import type { PipelineStore } from '../../src/pipelines/application/ports.ts';
import type { PipelineOrigin } from '../../src/pipelines/domain/revision.ts';
import { TemplateName } from '../../src/pipelines/domain/template.ts';

const ANNA: Principal = {
  userId: 'u-1' as UserId,
  email: 'anna@phoenix.example',
  tenantId: 'demo' as TenantId,
  roles: ['experimenter'],
  permissions: permissionsOf('experimenter'),
};

/** What somebody may have written: a vendor's exporter, a filter that leaves idle ones out. */
const WEB_HOSTS = `# what the web hosts send
receivers:
  host_metrics:
    root_path: /hostfs
    collection_interval: 60s
    scrapers:
      cpu: {}
      memory: {}
      process:
        mute_process_all_errors: true
processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 80
    spike_limit_percentage: 20
  filter/threads:
    error_mode: ignore
    metric_conditions:
      - 'metric.name == "process.threads"'
  batch: {}
exporters:
  otlp_http:
    endpoint: https://otlp.example.com
    headers:
      api-key: \${env:VENDOR_KEY}
service:
  pipelines:
    metrics:
      receivers: [host_metrics]
      processors: [memory_limiter, filter/threads, batch]
      exporters: [otlp_http]
`;

const keyOf = (name: string): string => `fixture ${name}`;

/** Where a pipeline of the fixtures is: ids come from the keys under which they were created. */
export const fixturePipelineId = (name: string): string =>
  `pipe-${shortIdFrom(sha256(`${ANNA.tenantId} ${ANNA.userId} ${keyOf(name)}`))}`;

const own = (yaml: string): PipelineOrigin => ({ kind: 'settings', yaml });
const topK = (cpu: number): PipelineOrigin => ({
  kind: 'template',
  template: TemplateName.parse('top-k'),
  parameters: { cpu_threshold_ratio: cpu },
});

/** Pipelines of one tenant: one that is published and goes on, one that has errors, one that was replaced. */
export const seedPipelines = async (pipelines: PipelineStore, clock: Clock): Promise<void> => {
  const ports = { pipelines, clock, sha256 };
  const create = makeCreatePipeline(ports);
  const change = makeChangePipeline(ports);
  const made = async (name: string, origin: PipelineOrigin, note: string, details: object = {}) =>
    required(
      await create({
        details: { name, ...details },
        origin,
        note,
        caller: ANNA,
        idempotencyKey: keyOf(name),
      }),
    ).pipeline.id;

  const web = await made('web hosts', own(WEB_HOSTS), 'as it runs today', {
    team: 'web',
    description: 'every host that serves customers',
  });
  const asked = { pipelineId: web, caller: ANNA };
  await change.publish({ ...asked, version: 1 });
  const faster = WEB_HOSTS.replace('60s', '30s').replace('filter/threads, batch', 'batch, filter/threads');
  await change.revise({ ...asked, version: 2, origin: own(faster), note: 'twice as often' });
  await change.revise({ ...asked, version: 3, origin: topK(0.02), note: 'only the busy ones' });

  await made('database hosts', own(WEB_HOSTS.replace('exporters: [otlp_http]', 'exporters: [otlphttp/eu]')), '');

  const old = await made('busy ones', topK(0.01), '');
  await change.publish({ pipelineId: old, caller: ANNA, version: 1 });
  await change.deprecate({ pipelineId: old, caller: ANNA, version: 2, reason: 'web hosts does the same now' });
};

const required = <T>(outcome: Outcome<T, Refusal>): T => {
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
