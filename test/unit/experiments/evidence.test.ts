import { describe, expect, test } from 'vitest';
import { toEvidence } from '../../../src/experiments/domain/evidence.ts';
import type { Fleet } from '../../../src/experiments/domain/fleet.ts';
import { presentLook, presentVerdict } from '../../../src/experiments/domain/presentation.ts';
import { Look, Verdict } from '../../../src/experiments/domain/verdict.ts';
import { judge, lookAt } from '../../../src/judgement/domain/judge.ts';
import { type Epoch, PipelineId } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import type { Reading, Sample } from '../../../src/measurement/domain/sample.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { EXPERIMENT, settings, T0 } from '../../support/builders.ts';

const value = (number: number): Reading => ({ value: number });
const missing: Reading = { missing: 'no_series' };

interface Slot {
  readonly exported?: readonly [Reading, Reading];
  readonly failed?: readonly [Reading, Reading];
  readonly scraped?: readonly [Reading, Reading];
  readonly lost?: Reading;
  readonly seen?: readonly string[];
}

/** Slots 0 to 2 are warm-up, ten judged ones follow. */
const sample = (
  slot: number,
  { exported, failed, scraped = [value(1200), value(1200)], lost = value(0), seen = ['nginx', 'postgres'] }: Slot = {},
): Sample => {
  const noise = 1 + 0.01 * Math.sin(slot * 1.7);
  const points = exported ?? [value(1000 * noise), value(140 * noise + 0.2 * Math.cos(slot * 0.9))];
  const failures = failed ?? [value(0), value(0)];
  const readings = (place: 0 | 1) => ({
    exported_points: { 'node-1': points[place] },
    failed_points: { 'node-1': failures[place] },
    accepted_points: { 'node-1': scraped[place] },
    active_series: { 'node-1': value(place === 0 ? 500 : 70) },
    exported_bytes: { 'node-1': value(place === 0 ? 40_000 : 6000) },
    collector_cpu_seconds: { 'node-1': value(0.2) },
    collector_memory_bytes: { 'node-1': value(90e6) },
    critical_processes_missing: { 'node-1': place === 0 ? value(0) : lost },
  });
  return {
    experimentId: EXPERIMENT,
    epoch: 1 as Epoch,
    slot,
    endsAt: secondsAfter(T0, (slot + 1) * 10),
    phase: slot < 3 ? 'warmup' : 'measured',
    baseline: readings(0),
    candidate: readings(1),
    processes: [{ node: 'node-1', seenByBaseline: [...seen], seenByCandidate: [], missing: [] }],
    measuredAt: T0,
    hashes: {},
  };
};
const allSlots = (slotOf: (slot: number) => Slot = () => ({})) =>
  Array.from({ length: 13 }, (_, slot) => sample(slot, slotOf(slot)));
const paired = (slot: Slot, metric: string) => toEvidence(settings(), [sample(3, slot)]).slots[0]?.metrics[metric];

describe('evidence', () => {
  test('warm-up is never judged, and judged slots are counted from one', () => {
    expect(toEvidence(settings(), allSlots()).slots.map(({ slot }) => slot)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a slot that is not there stays not there', () => {
    const without = allSlots().filter(({ slot }) => slot !== 5);
    expect(toEvidence(settings(), without).slots.map(({ slot }) => slot)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('coverage is the share of the baseline’s processes that the candidate shows, too', () => {
    expect(paired({ lost: value(1) }, 'critical_coverage')).toEqual({
      baseline: { 'node-1': { value: 1, weight: 2 } },
      candidate: { 'node-1': { value: 0.5, weight: 2 } },
    });
    expect(paired({ lost: value(0), seen: [] }, 'critical_coverage')?.candidate).toEqual({ 'node-1': value(1) });
  });

  test('what could not be seen is missing, never zero and never full', () => {
    expect(paired({ lost: missing }, 'critical_coverage')).toEqual({
      baseline: { 'node-1': missing },
      candidate: { 'node-1': missing },
    });
    const noPoints = { exported: [missing, value(10)], failed: [value(0), missing] } as const;
    expect(paired(noPoints, 'lost_points_ratio')).toEqual({
      baseline: { 'node-1': missing },
      candidate: { 'node-1': missing },
    });
  });

  test('lost points are a share of what should have left; without points there is none', () => {
    const some = { exported: [value(90), value(0)], failed: [value(10), value(0)] } as const;
    expect(paired(some, 'lost_points_ratio')).toEqual({
      baseline: { 'node-1': { value: 0.1, weight: 100 } },
      candidate: { 'node-1': { missing: 'no_points' } },
    });
  });

  test('what came in is evidence as well, as many collections in a slot as there are', () => {
    const [from, to] = [value(1200), value(1199)];
    expect(paired({ scraped: [from, to] }, 'accepted_points')).toEqual({
      baseline: { 'node-1': from },
      candidate: { 'node-1': to },
    });
    expect(toEvidence(settings(), []).design.criteria.at(-1)).toMatchObject({
      name: 'accepted_points',
      role: 'trust',
      margin: 0.01,
      collectionsPerSlot: 2,
    });
  });

  test('who saves by reading less gets less in: then equality of the input is not asked', () => {
    const twoSpeed = { template: TemplateName.parse('two-speed'), parameters: {} };
    const roles = toEvidence({ ...settings(), candidatePipeline: twoSpeed }, []).design.criteria.map(
      ({ role }) => role,
    );
    expect(roles).not.toContain('trust');
    expect(roles).toContain('primary');
  });

  test('of a pipeline that is named by its revision the plan says which template ran', () => {
    const candidatePipeline = { pipelineId: PipelineId.parse('pipe-0123456789ab'), revision: 2 };
    const rolesWhere = (template: string | null) => {
      const ran = [{ template: template === null ? null : TemplateName.parse(template), version: null }];
      const known = { history: null, fleet: null, ran };
      return toEvidence({ ...settings(), candidatePipeline }, [], known).design.criteria.map(({ role }) => role);
    };
    expect(rolesWhere('two-speed')).not.toContain('trust');
    expect(rolesWhere('top-k')).toContain('trust');
    expect(rolesWhere(null)).toContain('trust');
  });

  test('the nodes of the clusters are known as they were when it was planned', () => {
    const strata = [
      { name: 'm5.large', populationNodes: 10, nodes: ['node-1'] },
      { name: 't3.small', populationNodes: 2, nodes: [] },
    ];
    const designWith = (fleet: Fleet | null) => toEvidence(settings(), [], { history: null, fleet }).design;
    expect(designWith({ nodes: 12, strata })).toMatchObject({ populationNodes: 12, strata });
    expect(designWith({ nodes: 12, strata: [] })).not.toHaveProperty('strata');
    expect(designWith(null)).toMatchObject({ populationNodes: null });
  });

  test('shares are compared by difference and abort on any proven harm, amounts by ratio', () => {
    const { criteria } = toEvidence(settings(), []).design;
    const of = (name: string) => criteria.find((criterion) => criterion.name === name);
    expect(of('critical_coverage')).toMatchObject({
      scale: 'difference',
      better: 'higher',
      abortMargin: 0,
      aggregate: 'mean',
    });
    expect(of('lost_points_ratio')).toMatchObject({ scale: 'difference', better: 'lower', abortMargin: 0 });
    expect(of('exported_points')).toMatchObject({ scale: 'log_ratio', minimumSaving: 0.05, aggregate: 'sum' });
    expect(of('critical_processes_missing')).toMatchObject({ role: 'limit', line: 0, breaches: 2, of: 3 });
  });
});

describe('what people read', () => {
  test('86 % less is -0.86, with its interval and the line it is held against', () => {
    const evidence = toEvidence(settings(), allSlots());
    const { verdict } = judge(evidence);
    if (verdict === null) throw new Error('no verdict at the horizon');
    const read = presentVerdict(settings(), evidence, verdict, { history: null, selfTest: null, pauses: [], at: T0 });
    expect(Verdict.parse(read)).toEqual(read);
    expect(read).toMatchObject({
      verdict: 'promote',
      strength: 'screening',
      hypotheticalBaseline: true,
      ifRolledOut: null,
      rollOut: { supportsPromotion: false, fleetNodes: null, unmeasuredNodes: [] },
    });
    const primary = read.onMeasuredNodes.find(({ role }) => role === 'primary');
    expect(primary).toMatchObject({ metric: 'exported_points', verdict: 'better', scale: 'ratio', margin: -0.05 });
    expect(primary?.effect).toBeCloseTo(-0.86, 2);
    expect(primary?.lower).toBeLessThan(primary?.effect ?? 0);
    expect(primary?.upper).toBeGreaterThan(primary?.effect ?? 0);
    const coverage = read.onMeasuredNodes.find(({ metric }) => metric === 'critical_coverage');
    expect(coverage).toMatchObject({ scale: 'difference', margin: -0.005, effect: 0 });
    const missing = read.onMeasuredNodes.find(({ role }) => role === 'limit');
    expect(missing).toMatchObject({ metric: 'critical_processes_missing', verdict: 'not_worse', effect: null });
    expect(missing).toMatchObject({ margin: 0, baselineMean: 0, candidateMean: 0 });
  });

  test('a verdict carries its trust checks, each with what was found', () => {
    const trustIn = (slotOf: (slot: number) => Slot) => {
      const evidence = toEvidence(settings(), allSlots(slotOf));
      const { verdict } = judge(evidence);
      if (verdict === null) throw new Error('no verdict at the horizon');
      return presentVerdict(settings(), evidence, verdict, { history: null, selfTest: null, pauses: [], at: T0 });
    };
    const alike = trustIn((slot) => ({ scraped: [value(1200 + slot), value(1198 + slot)] }));
    expect(alike.trust.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['equal_input', 'passed'],
      ['completeness', 'passed'],
      ['both_ready', 'passed'],
      ['same_settings_otherwise', 'passed'],
      ['clock', 'passed'],
    ]);
    expect(alike.trust[0]?.sentence).toBe('Scraped points: 0.17 % less for the candidate in all, within 1 %.');
    expect(alike.onMeasuredNodes.some(({ metric }) => String(metric) === 'accepted_points')).toBe(false);
    const starved = trustIn(() => ({ scraped: [value(1200), value(900)] }));
    expect(starved.verdict).toBe('invalid_input_mismatch');
    expect(starved.sentence).toContain('scraped points: 25 % less for the candidate in all');
  });

  test('changing a margin flips the verdict of the same samples', () => {
    const primary = { role: 'primary', metric: 'exported_points', minimumSavingRatio: 0.05 } as const;
    const worseCpu = allSlots().map((each) => ({
      ...each,
      candidate: { ...each.candidate, failed_points: { 'node-1': value(10 + Math.sin(each.slot)) } },
      baseline: { ...each.baseline, failed_points: { 'node-1': value(9.5 + Math.sin(each.slot)) } },
    }));
    const verdictWith = (marginRatio: number) => {
      const guard = { role: 'guardrail', metric: 'failed_points', marginRatio, abortMarginRatio: marginRatio } as const;
      return judge(toEvidence(settings({ successCriteria: [primary, guard] }), worseCpu)).verdict?.verdict;
    };
    expect(verdictWith(0.5)).toBe('promote');
    expect(verdictWith(0.01)).not.toBe('promote');
  });

  test('a look says how far it is, and a crossed limit names metric and node', () => {
    const slots = allSlots((slot) => (slot >= 6 ? { lost: value(1) } : {}));
    const evidence = toEvidence(settings(), slots);
    const facts = { epoch: 1 as Epoch, at: T0, inputHash: 'h', codeVersion: 'c', nodeVersion: 'n' };
    const lookAfter = (judged: number) => {
      const look = lookAt(evidence, judged);
      return look === null ? null : presentLook(settings(), evidence, look, facts);
    };
    const early = lookAfter(2);
    expect(Look.parse(early)).toEqual(early);
    expect(early).toMatchObject({ slot: 4, verdictSoFar: null });
    expect(early?.sentence).toMatch(
      /^So far, after 2 of 10 slots: Exported points: 86 % less\. No guardrail is worse\.$/,
    );
    const last = lookAfter(5);
    expect(last).toMatchObject({ slot: 7, verdictSoFar: 'abort_limit' });
    expect(last?.sentence).toBe('A limit is crossed: critical processes missing on node-1, after 5 of 10 slots.');
    expect(lookAfter(6)).toBeNull();
  });

  test('no measurement says nothing about the candidate', () => {
    const blind = allSlots(() => ({ exported: [missing, missing], failed: [missing, missing], lost: missing }));
    const { verdict } = judge(toEvidence(settings(), blind));
    expect(verdict?.verdict).toBe('inconclusive_no_data');
  });
});
