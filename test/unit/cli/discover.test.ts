import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { settingsFrom } from '../../../cli/commands/experiment-settings.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { describeFailure } from '../../../cli/failure.ts';
import { makeProgram } from '../../../cli/program.ts';
import { renderCollectors } from '../../../cli/render/collectors.ts';
import { makeClient } from '../../../src/client/client.ts';
import { type FixtureApi, PASSWORD, startFixtureApi } from '../../support/fixture-api.ts';

let api: FixtureApi;
beforeEach(async () => {
  api = await startFixtureApi();
  const { body } = await makeClient({ baseUrl: api.url }).login({
    body: { email: 'admin@phoenix.example', password: PASSWORD },
  });
  vi.stubEnv('PHOENIX_TOKEN', body.accessToken);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await api.stop();
});

const phoenix = (...words: readonly string[]) => run('cluster', ...words);
const pipelineCommand = (...words: readonly string[]) => run('pipeline', ...words);

const run = async (...words: readonly string[]) => {
  let out = '';
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  try {
    await makeProgram().parseAsync(['node', 'phoenix', '--api-endpoint', api.url, ...words]);
    return { out, code: EXIT.done };
  } catch (failure) {
    return { out, code: describeFailure(failure).exitCode };
  } finally {
    vi.restoreAllMocks();
  }
};

test('discover looks at the only cluster, and says of each collector what can be done and why not more', async () => {
  const { out, code } = await phoenix('discover');
  expect(code).toBe(EXIT.done);
  expect(out).toMatch(/^ID +WHAT IT IS +VERSION +NODES +SETTINGS +CAN BE\n/);
  expect(out).toMatch(
    /daemonset\.observability\.otel-agent\.collector +OpenTelemetry Collector +0\.142\.0 +2 +ConfigMap otel-agent-settings, agent\.yaml +tested\n/,
  );
  expect(out).toMatch(
    /daemonset\.datadog\.datadog\.agent +Datadog Agent +7\.71\.2 +0 +– +neither tested nor previewed\n/,
  );
  expect(out).toContain('daemonset.datadog.datadog.agent: Datadog Agent has settings of its own kind');
});

test('a cluster that nobody registered ends with 4', async () => {
  expect(await phoenix('discover', '--cluster', 'nowhere')).toEqual({ out: '', code: EXIT.notFound });
});

test('the rights to look for collectors are printed apart from those of experiments', async () => {
  expect((await phoenix('onboarding', 'local', '--discovery')).out).toContain('kind: ClusterRole');
  expect((await phoenix('onboarding', 'local')).out).toContain('kind: Namespace');
});

test('missing rights come with the rules that give them', () => {
  const rule = { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'] };
  const missing = [{ resource: 'daemonsets.apps', message: 'may not list daemonsets.apps', rule }];
  expect(renderCollectors({ seenAt: null, items: [], missing })).toBe(`no collector was found
! 1 right is missing; a ClusterRole with these rules gives them:
    may not list daemonsets.apps
rules:
  - {"apiGroups":["apps"],"resources":["daemonsets"],"verbs":["list"]}`);
});

test('a collector that was found becomes a pipeline, and once published the baseline that nobody has to name', async () => {
  const adopted = [
    'adopt',
    'daemonset.observability.otel-agent.collector',
    '--cluster',
    'local',
    '--name',
    'what runs',
  ];
  expect((await pipelineCommand(...adopted)).code).toBe(EXIT.done);
  expect((await pipelineCommand('publish', 'what runs@1')).code).toBe(EXIT.done);
  const client = makeClient({ baseUrl: api.url, token: process.env['PHOENIX_TOKEN'] ?? '' });
  const given = { candidate: 'top-k', cluster: 'local', node: [], param: [], warmup: 300, slot: 60, interval: 10 };
  const { name, baselinePipeline } = await settingsFrom(client, given);
  expect(name).toBe('top-k against what runs@1 on local');
  expect(baselinePipeline).toMatchObject({ revision: 1 });
  const named = await settingsFrom(client, { ...given, baseline: 'baseline' });
  expect(named.baselinePipeline).toMatchObject({ template: 'baseline' });
});
