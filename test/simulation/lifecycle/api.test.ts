import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { EvidenceBundle } from '../../../src/experiments/contract/views.ts';
import { differingLooks } from '../../../src/experiments/domain/replay-looks.ts';
import { judge } from '../../../src/judgement/domain/judge.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { fromWire } from '../../../src/platform/wire.ts';
import { CLUSTER } from '../../support/builders.ts';
import { phoenix } from '../../support/phoenix.ts';
import { httpRequest, testRun } from '../../support/platform.ts';
import { alike, healthy, losingFrom, makeWorld, type ReadingsOf, type World } from '../../support/world.ts';

// The routes of experiments as people call them, while the machine runs behind them in virtual time.

const BODY = {
  name: 'top-k on eu-1',
  baseline_pipeline: { template: 'baseline' },
  candidate_pipeline: { template: 'top-k', parameters: { cpu_threshold_ratio: 0.01 } },
  targets: [{ cluster_id: CLUSTER }],
  duration_seconds: 100,
  may_end_inconclusive: true,
  warmup_seconds: 30,
  slot_seconds: 10,
  collection_interval_seconds: 5,
  critical_processes: ['nginx', 'postgres'],
};

/** A candidate whose points go up and down by half, whatever the baseline does. */
const noisy: ReadingsOf = (slot) => ({
  ...healthy(slot),
  exported_points: [1000, 900 * Math.exp(0.5 * Math.sin(slot * 1.7))],
});

let world: World;
beforeEach(() => {
  world = makeWorld();
});

let keys = 0;
const call = async (
  method: string,
  path: string,
  options: { body?: unknown; ifMatch?: string; key?: string; claims?: Record<string, string> } = {},
) => {
  keys += 1;
  const headers = {
    ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
    ...(method === 'POST' && path === '/experiments' ? { 'idempotency-key': options.key ?? `request-${keys}` } : {}),
  };
  const [pathname = '', search = ''] = path.split('?');
  const answer = await world.api(
    httpRequest(method, `/api/v1${pathname}`, {
      headers,
      claims: options.claims ?? {},
      query: Object.fromEntries(new URLSearchParams(search)),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    }),
    testRun(),
  );
  return {
    status: answer.statusCode,
    etag: answer.headers['etag'] ?? '',
    location: answer.headers['location'],
    body: answer.body === '' ? null : JSON.parse(answer.body),
  };
};

const create = async (change: object = {}) => call('POST', '/experiments', { body: { ...BODY, ...change } });
const startOne = async () => {
  const made = await create();
  const path = `/experiments/${made.body.id}`;
  await call('POST', `${path}/start`, { ifMatch: made.etag });
  return path;
};
const untilState = async (path: string, state: string, patienceSeconds = 600) => {
  for (let seconds = 0; seconds < patienceSeconds; seconds += 1) {
    const read = await call('GET', path);
    if (read.body.state === state) return read;
    await world.time.advance(1);
  }
  throw new Error(`never ${state}`);
};

describe('from a draft to a verdict', () => {
  test('create, start, watch, promote: each answer has the version that the next command needs', async () => {
    const made = await create();
    expect(made).toMatchObject({ status: 201, etag: '"1"', body: { state: 'draft', epoch: 0, slots_planned: 10 } });
    expect(made.body.allowed_commands).toEqual(['start', 'stop', 'delete']);
    expect(made.body.success_criteria).toHaveLength(8);
    const path = `/experiments/${made.body.id}`;
    expect(made.location).toBe(`/api/v1${path}`);
    const started = await call('POST', `${path}/start`, { ifMatch: made.etag });
    expect(started).toMatchObject({ status: 202, body: { state: 'validating', epoch: 1 } });
    expect(started.body.nodes).toHaveLength(2);
    const running = await untilState(path, 'running');
    expect(running.body.ends_at).not.toBeNull();
    const offered = await untilState(path, 'awaiting_approval');
    expect(offered.body).toMatchObject({ slots_measured: 10, verdict: { verdict: 'promote' } });
    expect(offered.body.allowed_commands).toEqual(['stop', 'promote']);
    expect((await call('GET', '/experiments')).body.items[0]).toMatchObject({
      state: 'awaiting_approval',
      primary: { metric: 'exported_points', verdict: 'better' },
    });
    const promoting = await call('POST', `${path}/promote`, { ifMatch: offered.etag });
    expect(promoting.status).toBe(202);
    const promoted = await untilState(path, 'promoted');
    expect(promoted.body).toMatchObject({ cleanup: 'done', promotion: { by: { email: 'anna@example.com' } } });
    const { body } = await call('GET', `${path}/transitions`);
    expect(body.items.map(({ to }: { to: string }) => to)).toEqual([
      ...['draft', 'validating', 'provisioning', 'warming', 'running', 'deciding'],
      ...['awaiting_approval', 'promoting', 'promoted'],
    ]);
  });

  test('what was measured can be read, and the exported evidence gives the same verdict again', async () => {
    const path = await startOne();
    expect((await call('GET', `${path}/verdict`)).body.code).toBe('VERDICT_NOT_REACHED');
    await untilState(path, 'awaiting_approval');
    const series = (await call('GET', `${path}/metrics?metric=exported_points`)).body;
    expect(
      series.slots.map(({ phase }: { phase: string }) => phase).filter((phase: string) => phase === 'measured'),
    ).toHaveLength(10);
    expect(
      series.variants.map(({ variant, nodes }: { variant: string; nodes: unknown[] }) => [variant, nodes.length]),
    ).toEqual([
      ['baseline', 2],
      ['candidate', 2],
    ]);
    expect((await call('GET', `${path}/looks`)).body.items).toHaveLength(10);
    expect((await call('GET', `${path}/processes`)).body).toMatchObject({
      slot: 12,
      nodes: [{ node: 'node-1' }, { node: 'node-2' }],
    });
    const deployment = (await call('GET', `${path}/deployment`)).body;
    expect(deployment.variants[1]).toMatchObject({ variant: 'candidate', rendered: { template: 'top-k' } });
    expect(deployment.variants[1].readiness[0].readiness).toMatchObject({ desired: 2, ready: 2 });
    const queries = (await call('GET', `${path}/queries`)).body.items;
    expect(queries.find(({ metric }: { metric: string }) => metric === 'exported_points').promql).toContain(
      'otelcol_exporter_sent',
    );
    const bundle = EvidenceBundle.parse(fromWire(EvidenceBundle, (await call('GET', `${path}/evidence`)).body));
    expect(judge(bundle.evidence)).toEqual(bundle.judgement);
    expect(bundle.looks).toHaveLength(10);
    expect(differingLooks(bundle.experiment, bundle.evidence, bundle.judgement, bundle.looks, sha256)).toEqual([]);
    expect(bundle.judgement.verdict?.sentence).toBe((await call('GET', `${path}/verdict`)).body.sentence);
  });
});

describe('equal variants', () => {
  test('tell about the set-up, and who decides about a promotion is told', async () => {
    let isEqual = true;
    world = makeWorld({ readings: (slot) => (isEqual ? alike(slot) : healthy(slot)) });
    const selfTest = await create({ candidate_pipeline: { template: 'baseline' }, labels: { control: 'aa' } });
    await call('POST', `/experiments/${selfTest.body.id}/start`, { ifMatch: selfTest.etag });
    const tested = await untilState(`/experiments/${selfTest.body.id}`, 'ended');
    expect(tested.body.verdict.explanation).toContain(
      'The variants are equal, so this was a self-test of the set-up. It is passed: no abort, no limit and no failed trust check.',
    );

    isEqual = false;
    const asked = await create({ name: 'the real question' });
    const path = `/experiments/${asked.body.id}`;
    await call('POST', `${path}/start`, { ifMatch: asked.etag });
    const offered = await untilState(path, 'awaiting_approval');
    expect(offered.body.verdict.explanation.join(' ')).toContain(
      'Under these conditions 1 experiment with equal variants raised no false alarm',
    );
  });
});

describe('stored looks', () => {
  test('one number changed in one sample is found in the look of its slot and in every later one', async () => {
    const path = await startOne();
    await untilState(path, 'awaiting_approval');
    const wire = (await call('GET', `${path}/evidence`)).body;
    wire.evidence.slots[7].metrics.exported_points.candidate['node-1'].value += 0.001;
    const bundle = EvidenceBundle.parse(fromWire(EvidenceBundle, wire));
    const judgement = judge(bundle.evidence);
    expect(differingLooks(bundle.experiment, bundle.evidence, judgement, bundle.looks, sha256)).toEqual([10, 11, 12]);
  });

  test('a look in the words of another version differs to the letter, and not in its numbers', async () => {
    const path = await startOne();
    await untilState(path, 'awaiting_approval');
    const wire = (await call('GET', `${path}/evidence`)).body;
    wire.looks[4].sentence = 'So far it looks good.';
    wire.looks[5].effects[0].effect += 1e-15;
    const { experiment, evidence, judgement, looks } = EvidenceBundle.parse(fromWire(EvidenceBundle, wire));
    const differing = (likeness: 'words' | 'numbers') =>
      differingLooks(experiment, evidence, judgement, looks, sha256, likeness);
    expect(differing('words')).toEqual([7, 8]);
    expect(differing('numbers')).toEqual([8]);
  });
});

describe('evidence of an experiment that was withdrawn after its verdict', () => {
  const judgeFile = async (wire: object) => {
    const folder = mkdtempSync(join(tmpdir(), 'phoenix-judge-'));
    writeFileSync(join(folder, 'bundle.json'), JSON.stringify(wire));
    const printed = await phoenix(['judge', join(folder, 'bundle.json')], {});
    rmSync(folder, { recursive: true });
    return printed;
  };

  test('phoenix judge reproduces the verdict, every look on the way, and the one that stopped it', async () => {
    world = makeWorld({ readings: losingFrom(40) });
    const path = await startOne();
    await untilState(path, 'rolled_back', 1200);
    const { items } = (await call('GET', `${path}/looks`)).body;
    expect(items.map(({ slot }: { slot: number }) => slot)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 72]);
    expect(items.at(-1)).toMatchObject({ verdict_so_far: 'abort_limit' });
    const wire = (await call('GET', `${path}/evidence`)).body;
    expect(wire.judgement.verdict).toMatchObject({ verdict: 'promote', decided_at_slot: 10 });
    expect(await judgeFile(wire)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✔ reproduced: 10 looks, 11 of 11 as stored when they were taken'),
    });

    // one number of a slot that was watched
    wire.evidence.slots[11].metrics.exported_points.candidate['node-1'].value += 0.001;
    const changed = await judgeFile(wire);
    expect(changed.stdout).toContain('✘ not reproduced: 10 looks, 10 of 11 as stored');
    expect(changed.stderr).toContain('first at slot 72');
  });
});

describe('how long it must run', () => {
  const plan = (change: object = {}, claims: Record<string, string> = {}) =>
    call('POST', '/experiments/plan', { body: { ...BODY, ...change }, claims });

  test('without an earlier experiment it says what it assumes, and whether the asked duration is enough', async () => {
    const short = await plan();
    expect(short.status).toBe(200);
    expect(short.body).toMatchObject({
      enough: false,
      asked_slots: 10,
      power: 0.9,
      basis: { kind: 'assumption', experiment_id: null },
      cost: { nodes: 2, seconds: 130, node_seconds: 260, collectors: 4 },
    });
    expect(short.body.basis.sentence).toContain('at least 60 slots. Assumed: values vary by 5 %');
    expect(short.body.hint).toMatch(/^needs about \d+ min to be sure of exported points$/);
    expect(short.body.sentence).toContain('100 s are not enough'.replace('100 s', '2 min'));
    const long = await plan({ duration_seconds: short.body.needed_seconds });
    expect(long.body).toMatchObject({ enough: true, needed_slots: short.body.needed_slots });
    const shorter = await plan({ duration_seconds: short.body.needed_seconds - 10 });
    expect(shorter.body.enough).toBe(false);
  });

  test('a question that no fortnight answers is refused with the reason', async () => {
    const { body } = await plan({
      success_criteria: [
        { role: 'primary', metric: 'exported_points', minimum_saving_ratio: 0.05 },
        { role: 'guardrail', metric: 'failed_points', margin_ratio: 0.0001 },
      ],
    });
    expect(body).toMatchObject({ enough: false, needed_slots: null, needed_seconds: null });
    expect(body.sentence).toContain('No allowed duration is enough');
    expect(body.sentence).toContain('a wider margin');
  });

  test('a duration that cannot be enough is refused with what it needs, before anything is stored', async () => {
    const needed = (await plan()).body.needed_seconds;
    const askedFor = (change: object) => create({ may_end_inconclusive: false, ...change });
    const short = await askedFor({ duration_seconds: needed - 10 });
    expect(short).toMatchObject({
      status: 422,
      body: {
        code: 'DURATION_NOT_ENOUGH',
        details: { asked_seconds: needed - 10, needed_seconds: needed, asked_slots: needed / 10 - 1 },
        errors: [{ pointer: '/duration_seconds', code: 'duration-not-enough' }],
      },
    });
    expect(short.body.detail).toContain('are not enough: it needs about 8 min to be sure of exported points');
    expect(short.body.detail).toContain('may_end_inconclusive');
    expect((await call('GET', '/experiments')).body.items).toEqual([]);
    expect((await askedFor({ duration_seconds: needed })).status).toBe(201);
  });

  test('what no duration answers is refused, too, unless a person accepts that it ends without an answer', async () => {
    const criteria = [
      { role: 'primary', metric: 'exported_points', minimum_saving_ratio: 0.05 },
      { role: 'guardrail', metric: 'failed_points', margin_ratio: 0.0001 },
    ];
    const never = await create({ may_end_inconclusive: false, success_criteria: criteria });
    expect(never).toMatchObject({
      status: 422,
      body: { code: 'DURATION_NOT_ENOUGH', details: { needed_seconds: null, needed_slots: null } },
    });
    expect((await create({ success_criteria: criteria })).status).toBe(201);
  });

  test('without a duration it runs as long as it needs, which the draft shows', async () => {
    const { duration_seconds: _, may_end_inconclusive: __, ...unsaid } = BODY;
    const planned = await call('POST', '/experiments/plan', { body: unsaid });
    const { needed_seconds, needed_slots } = planned.body;
    expect(planned.body).toMatchObject({ enough: true, asked_seconds: needed_seconds });
    const made = await call('POST', '/experiments', { body: unsaid });
    expect(made).toMatchObject({
      status: 201,
      body: { duration_seconds: needed_seconds, slots_planned: needed_slots, may_end_inconclusive: false },
    });
    const checked = await call('POST', '/experiments/validate', { body: unsaid });
    expect(checked.body).toMatchObject({ valid: true, slots_planned: needed_slots });
  });

  test('no more than a day is chosen unasked', async () => {
    const { duration_seconds: _, may_end_inconclusive: __, ...unsaid } = BODY;
    const body = {
      ...unsaid,
      slot_seconds: 60,
      success_criteria: [
        { role: 'primary', metric: 'exported_points', minimum_saving_ratio: 0.05 },
        { role: 'guardrail', metric: 'failed_points', margin_ratio: 0.01 },
      ],
    };
    const { body: planned } = await call('POST', '/experiments/plan', { body });
    expect(planned).toMatchObject({ enough: false, asked_seconds: 86_400 });
    expect(planned.sentence).toContain('more than 1 d are never taken unasked');
    expect((await call('POST', '/experiments', { body })).body.code).toBe('DURATION_NOT_ENOUGH');
    const said = { ...body, duration_seconds: planned.needed_seconds };
    expect((await call('POST', '/experiments', { body: said })).status).toBe(201);
  });

  test('checking says the same as creating', async () => {
    const check = async (change: object) =>
      (await call('POST', '/experiments/validate', { body: { ...BODY, ...change } })).body;
    const short = await check({ may_end_inconclusive: false });
    expect(short.valid).toBe(false);
    expect(short.findings).toMatchObject([{ pointer: '/duration_seconds', code: 'duration-not-enough' }]);
    expect((await check({})).valid).toBe(true);
  });

  test('the baseline against itself asks for no answer, so no time is too short', async () => {
    const control = {
      may_end_inconclusive: false,
      candidate_pipeline: BODY.baseline_pipeline,
      labels: { control: 'aa' },
    };
    expect((await create(control)).status).toBe(201);
  });

  test('a start asks again: an earlier experiment may tell more about noise than the draft assumed', async () => {
    world = makeWorld({ readings: noisy });
    const { needed_seconds } = (await plan()).body;
    const draft = await create({ name: 'made early', duration_seconds: needed_seconds, may_end_inconclusive: false });
    expect(draft.status).toBe(201);
    const measured = await create({ duration_seconds: 700 });
    await call('POST', `/experiments/${measured.body.id}/start`, { ifMatch: measured.etag });
    await untilState(`/experiments/${measured.body.id}`, 'ended', 1200);
    const refused = await call('POST', `/experiments/${draft.body.id}/start`, { ifMatch: draft.etag });
    expect(refused).toMatchObject({ status: 422, body: { code: 'DURATION_NOT_ENOUGH' } });
    expect(refused.body.details.needed_seconds).toBeGreaterThan(needed_seconds);
    expect((await call('GET', `/experiments/${draft.body.id}`)).body.state).toBe('draft');
  });

  test('any member may ask; a cluster of somebody else does not exist', async () => {
    expect((await plan({}, { role: 'viewer' })).status).toBe(200);
    const nowhere = await plan({ targets: [{ cluster_id: 'clu-zzzzzzzzzzzz' }] });
    expect(nowhere).toMatchObject({ status: 422, body: { code: 'CLUSTER_NOT_FOUND' } });
  });

  test('an earlier experiment with the same pipelines is what planner and judge know about noise', async () => {
    const first = await create({ duration_seconds: 700 });
    await call('POST', `/experiments/${first.body.id}/start`, { ifMatch: first.etag });
    const offered = await untilState(`/experiments/${first.body.id}`, 'awaiting_approval', 1200);
    expect(offered.body.verdict.explanation.join(' ')).not.toContain('known before the start');
    await call('POST', `/experiments/${first.body.id}/stop`, { ifMatch: '*', body: { reason: 'only measured' } });
    await untilState(`/experiments/${first.body.id}`, 'rolled_back');

    const planned = await plan();
    expect(planned.body.basis).toMatchObject({ kind: 'history', experiment_id: first.body.id, slots: 70 });
    expect((await plan({ slot_seconds: 20 })).body.basis.kind).toBe('assumption');
    expect((await plan({}, { tenant: 'somebody-else' })).body.basis.kind).toBe('assumption');

    const second = await create({ name: 'once more' });
    const path = `/experiments/${second.body.id}`;
    await call('POST', `${path}/start`, { ifMatch: second.etag });
    const decided = await untilState(path, 'awaiting_approval');
    expect(offered.body.verdict.explanation.at(-1)).toMatch(
      /^Exported points checked another way, by drawing stretches of \d+ slots 2000 times: 86(\.\d)? % less to 86(\.\d)? % less\.$/,
    );
    expect(decided.body.verdict.explanation.at(-1)).toBe(
      `How much Exported points vary by themselves was known before the start, from 70 slots of the earlier experiment "top-k on eu-1" (${first.body.id}).`,
    );
    const bundle = EvidenceBundle.parse(fromWire(EvidenceBundle, (await call('GET', `${path}/evidence`)).body));
    expect(bundle.evidence.history['exported_points']?.baseline).toHaveLength(70);
    expect(judge(bundle.evidence)).toEqual(bundle.judgement);
    expect(differingLooks(bundle.experiment, bundle.evidence, bundle.judgement, bundle.looks, sha256)).toEqual([]);
  });
});

describe('refusals', () => {
  const errorsOf = (body: { errors?: { pointer: string; code: string }[] }) =>
    (body.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);

  test('an unknown template, a margin that is missing and an unknown cluster are each said where they stand', async () => {
    const unknown = await create({ candidate_pipeline: { template: 'top-q' } });
    expect(unknown.status).toBe(422);
    expect(unknown.body.code).toBe('EXPERIMENT_VALIDATION_FAILED');
    expect(errorsOf(unknown.body)).toEqual(['/candidate_pipeline/template pipeline-template-not-found']);
    const marginless = await create({ success_criteria: [{ role: 'guardrail', metric: 'failed_points' }] });
    expect(marginless).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
    expect(errorsOf(marginless.body)[0]).toContain('/success_criteria/0/margin_ratio');
    const nowhere = await create({ targets: [{ cluster_id: 'clu-zzzzzzzzzzzz' }] });
    expect(nowhere).toMatchObject({ status: 422, body: { code: 'CLUSTER_NOT_FOUND' } });
    expect((await call('GET', '/experiments')).body.items).toEqual([]);
  });

  test('a stale picture is refused with the version of today; a stop takes any', async () => {
    const path = await startOne();
    const stale = await call('POST', `${path}/stop`, { ifMatch: '"1"', body: { reason: 'enough of it' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    const any = await call('POST', `${path}/stop`, { ifMatch: '*', body: { reason: 'enough of it' } });
    expect(any).toMatchObject({ status: 202, body: { reason: 'stopping: enough of it' } });
    expect((await untilState(path, 'ended')).body).toMatchObject({ verdict: { verdict: 'cancelled' } });
  });

  test('of two who pause the same picture one wins; a pause is told in words, and a second one changes nothing', async () => {
    const path = await startOne();
    const { etag } = await untilState(path, 'running');
    const paused = await Promise.all(
      ['an upgrade', 'an incident'].map((reason) => call('POST', `${path}/pause`, { ifMatch: etag, body: { reason } })),
    );
    expect(paused.map(({ status }) => status).toSorted()).toEqual([202, 412]);
    const winner = paused.find(({ status }) => status === 202);
    expect(winner?.body).toMatchObject({ state: 'paused', reason: 'paused: an upgrade', ends_at: null });
    expect(winner?.body.allowed_commands).toEqual(['resume', 'stop']);
    const again = await call('POST', `${path}/pause`, { ifMatch: winner?.etag ?? '', body: { reason: 'once more' } });
    expect({ status: again.status, etag: again.etag }).toEqual({ status: 202, etag: winner?.etag });
    expect(await call('POST', `${path}/pause`, { ifMatch: again.etag, body: {} })).toMatchObject({ status: 422 });
    const resumed = await call('POST', `${path}/resume`, { ifMatch: again.etag });
    expect(resumed).toMatchObject({ status: 202, body: { state: 'running', pauses: [{ reason: 'an upgrade' }] } });
    expect(await call('POST', `${path}/resume`, { ifMatch: resumed.etag })).toMatchObject({
      status: 409,
      body: { code: 'STATE_CONFLICT', details: { allowed_commands: ['pause', 'extend', 'stop'] } },
    });
  });

  test('a dry run says what a command would lead to, refuses what it would refuse, and changes nothing', async () => {
    const made = await create();
    const path = `/experiments/${made.body.id}`;
    const dry = await call('POST', `${path}/start?dry_run=true`, { ifMatch: made.etag });
    expect(dry).toMatchObject({
      status: 202,
      etag: '',
      body: { state: 'validating', epoch: 1, version: made.body.version },
    });
    expect(dry.body.nodes.map(({ node }: { node: string }) => node)).toEqual(['node-1', 'node-2']);
    expect((await call('GET', path)).body).toEqual(made.body);
    expect(world.experiments.holds.size).toBe(0);
    await call('POST', `${path}/start`, { ifMatch: made.etag });
    const running = await untilState(path, 'running');
    for (const [command, body, state] of [
      ['pause', { reason: 'an upgrade' }, 'paused'],
      ['extend', { duration_seconds: 200 }, 'running'],
      ['stop', { reason: 'enough of it' }, 'running'],
      ['delete', undefined, null],
    ] as const) {
      const answer =
        command === 'delete'
          ? await call('DELETE', `${path}?dry_run=true`, { ifMatch: running.etag })
          : await call('POST', `${path}/${command}?dry_run=true`, { ifMatch: running.etag, body });
      expect(answer.body, command).toMatchObject(state === null ? { code: 'STATE_CONFLICT' } : { state });
    }
    expect((await call('GET', path)).etag).toBe(running.etag);
    expect(
      (await call('POST', `${path}/pause?dry_run=true`, { ifMatch: made.etag, body: { reason: 'late' } })).status,
    ).toBe(412);
  });

  test('an extension before the first look moves the end and the verdict keeps to it', async () => {
    const path = await startOne();
    const warming = await untilState(path, 'warming');
    const extended = await call('POST', `${path}/extend`, { ifMatch: warming.etag, body: { duration_seconds: 150 } });
    expect(extended).toMatchObject({ status: 202, body: { duration_seconds: 150, slots_planned: 15 } });
    const offered = await untilState(path, 'awaiting_approval');
    expect(offered.body).toMatchObject({ slots_measured: 15, verdict: { verdict: 'promote' } });
    expect((await call('GET', `${path}/looks`)).body.items).toHaveLength(15);
  });

  test.each([
    ['of a tenant', 50, 0, /^50 experiments are under way, 50 may be/],
    ['on a cluster', 20, 20, /^20 experiments are under way on eu-1, 20 may be/],
  ])('no more experiments %s than may be run at once', async (_, ofTenant, onCluster, words) => {
    const made = await create();
    world.experiments.countActive = async (_tenant, clusterId) => (clusterId === undefined ? ofTenant : onCluster);
    const refused = await call('POST', `/experiments/${made.body.id}/start`, { ifMatch: made.etag });
    expect(refused).toMatchObject({ status: 409, body: { code: 'EXPERIMENT_QUOTA_EXCEEDED', retry: 'later' } });
    expect(refused.body.detail).toMatch(words);
    world.experiments.countActive = async (_tenant, clusterId) => (clusterId === undefined ? ofTenant : onCluster) - 1;
    expect((await call('POST', `/experiments/${made.body.id}/start`, { ifMatch: made.etag })).status).toBe(202);
  });

  test('a second start, a promotion too early and an overlap say what would work', async () => {
    const path = await startOne();
    const { etag } = await call('GET', path);
    const again = await call('POST', `${path}/start`, { ifMatch: etag });
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'STATE_CONFLICT', details: { state: 'validating', allowed_commands: ['stop'] } },
    });
    const early = await call('POST', `${path}/promote`, { ifMatch: etag });
    expect(early).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } });
    const other = await create({ name: 'another one' });
    const overlap = await call('POST', `/experiments/${other.body.id}/start`, { ifMatch: other.etag });
    expect(overlap).toMatchObject({ status: 409, body: { code: 'EXPERIMENT_OVERLAP_DETECTED' } });
  });

  test('what would not fit the memory of who judges is refused with the numbers, before anything is reserved', async () => {
    const fortnight = { duration_seconds: 1_209_600, warmup_seconds: 60 };
    const made = await create(fortnight);
    const refused = await call('POST', `/experiments/${made.body.id}/start`, { ifMatch: made.etag });
    expect(refused).toMatchObject({ status: 422, body: { code: 'EXPERIMENT_VALIDATION_FAILED' } });
    expect(errorsOf(refused.body)).toEqual(['/slot_seconds too-much-to-judge']);
    expect(refused.body.detail).toContain('use longer slots or fewer nodes');
    const checked = await call('POST', '/experiments/validate', { body: { ...BODY, ...fortnight, name: 'again' } });
    expect(errorsOf({ errors: checked.body.findings })).toEqual(['/slot_seconds too-much-to-judge']);
  });

  test('validation finds the same, stores nothing, and tells who holds the nodes', async () => {
    const fine = await call('POST', '/experiments/validate', { body: BODY });
    expect(fine.body).toMatchObject({ valid: true, findings: [], slots_planned: 10, total_seconds: 130 });
    expect(fine.body.objects).toBe(11);
    await startOne();
    const held = await call('POST', '/experiments/validate', { body: { ...BODY, name: 'another one' } });
    expect(held.body.nodes.map(({ held_by: heldBy }: { held_by: string | null }) => heldBy !== null)).toEqual([
      true,
      true,
    ]);
    const wrong = await call('POST', '/experiments/validate', { body: { ...BODY, slot_seconds: 5 } });
    expect(wrong.body).toMatchObject({
      valid: false,
      findings: [{ pointer: '/slot_seconds', code: 'slot-too-short' }],
    });
  });

  test('a viewer reads and changes nothing; another tenant finds nothing', async () => {
    const path = await startOne();
    const viewer = { role: 'viewer' };
    expect((await call('GET', path, { claims: viewer })).status).toBe(200);
    const { etag } = await call('GET', path);
    const refused = await call('POST', `${path}/stop`, {
      claims: viewer,
      ifMatch: '*',
      body: { reason: 'enough of it' },
    });
    expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    const stranger = { tenant: 'somebody-else' };
    for (const route of ['', '/transitions', '/looks', '/metrics', '/evidence', '/deployment', '/verdict']) {
      expect((await call('GET', `${path}${route}`, { claims: stranger })).status).toBe(404);
    }
    const taken = await call('POST', `${path}/stop`, { claims: stranger, ifMatch: etag, body: { reason: 'not mine' } });
    expect(taken.status).toBe(404);
    expect((await call('GET', '/experiments', { claims: stranger })).body.items).toEqual([]);
  });

  test('a running experiment is not deleted, an ended one is', async () => {
    const path = await startOne();
    const { etag } = await call('GET', path);
    expect((await call('DELETE', path, { ifMatch: etag })).status).toBe(409);
    await call('POST', `${path}/stop`, { ifMatch: '*', body: { reason: 'enough of it' } });
    const ended = await untilState(path, 'ended');
    expect((await call('DELETE', path, { ifMatch: ended.etag })).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });

  test('what was cancelled can be tried again under a new epoch', async () => {
    const path = await startOne();
    await call('POST', `${path}/stop`, { ifMatch: '*', body: { reason: 'enough of it' } });
    const ended = await untilState(path, 'ended');
    expect(ended.body.allowed_commands).toEqual(['retry', 'delete']);
    const again = await call('POST', `${path}/retry`, { ifMatch: ended.etag });
    expect(again).toMatchObject({ status: 202, body: { state: 'validating', epoch: 2, verdict: null } });
    expect((await untilState(path, 'awaiting_approval')).body.epoch).toBe(2);
  });
});
