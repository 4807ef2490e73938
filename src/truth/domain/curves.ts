import * as z from 'zod';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Series } from '../../measurement/domain/answers.ts';
import { PART_LABEL } from './question.ts';

const Values = z.array(z.number().nullable());

/** What both variants answered to one part, at the instants of its check; null where there was no series. */
export const Curve = z.object({
  labels: z.record(z.string(), z.string()),
  baseline: Values,
  candidate: Values,
});
export type Curve = z.infer<typeof Curve>;

/** Everything that was answered to a check so far, on one grid. */
export const Curves = z.object({
  /** the first instant, in milliseconds of the epoch */
  fromMs: z.number(),
  stepMs: z.number(),
  instants: z.int(),
  /** by part */
  parts: z.array(z.array(Curve)),
});
export type Curves = z.infer<typeof Curves>;

/** What is only on series because we put it there, or because collectors tell themselves apart. */
const STAMPS = ['phx_experiment', 'phx_epoch', 'phx_variant', PART_LABEL];
const COLLECTOR_IDENTITY = [
  ...['instance', 'job', 'pod', 'container', 'service_instance_id', 'server_address', 'server_port'],
  ...['k8s_pod_name', 'k8s_pod_uid', 'k8s_namespace_name'],
];

/** Takes the answers of the store for further instants into the curves; six digits are more than any tolerance needs. */
export const withAnswers = (
  before: Curves,
  {
    series,
    instants,
    aboutCollector,
  }: {
    readonly series: readonly Series[];
    readonly instants: number;
    /** by part: whether it is only about the collector itself */
    readonly aboutCollector: readonly boolean[];
  },
): Curves => {
  const total = before.instants + instants;
  const leftOut = aboutCollector.map((isAbout) => new Set(isAbout ? [...STAMPS, ...COLLECTOR_IDENTITY] : STAMPS));
  const parts = before.parts.map(
    (curves) => new Map(curves.map((curve) => [canonicalJson(curve.labels), padded(curve, total)])),
  );
  for (const { labels, points } of series) {
    const index = Number(labels[PART_LABEL]);
    const part = parts[index];
    const variant = labels['phx_variant'];
    if (part === undefined || (variant !== 'baseline' && variant !== 'candidate')) continue;
    const kept = Object.fromEntries(
      Object.entries(labels).filter(([label, value]) => leftOut[index]?.has(label) !== true && value !== ''),
    );
    const key = canonicalJson(kept);
    const curve = part.get(key) ?? padded({ labels: kept, baseline: [], candidate: [] }, total);
    part.set(key, curve);
    for (const [seconds, value] of points) {
      const instant = Math.round((seconds * 1000 - before.fromMs) / before.stepMs);
      if (instant >= before.instants && instant < total && !Number.isNaN(value))
        curve[variant][instant] = Number(value.toPrecision(6));
    }
  }
  return { ...before, instants: total, parts: parts.map((part) => [...part.values()]) };
};

const padded = ({ labels, baseline, candidate }: Curve, total: number): Curve => ({
  labels,
  baseline: [...baseline, ...Array<null>(total - baseline.length).fill(null)],
  candidate: [...candidate, ...Array<null>(total - candidate.length).fill(null)],
});
