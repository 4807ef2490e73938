import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import { METRICS, type Sample, type VariantReadings } from '../../src/measurement/domain/sample.ts';
import { T0 } from './platform.ts';

interface SampleWish extends Partial<Sample> {
  readonly experimentId: ExperimentId;
  readonly slot: number;
  readonly nodeCount?: number;
  readonly processCount?: number;
}

/** A sample with a number for every metric of every node; what a test does not mention is plain. */
export const sampleOf = ({ nodeCount = 2, processCount = 3, ...given }: SampleWish): Sample => {
  const nodes = Array.from(
    { length: nodeCount },
    (_, index) => `ip-10-0-${index >> 8}-${index & 255}.compute.internal`,
  );
  const names = Array.from({ length: processCount }, (_, index) => `critical-process-${index}`);
  const readings = (scale: number): VariantReadings =>
    Object.fromEntries(
      Object.keys(METRICS).map((metric, place) => [
        metric,
        Object.fromEntries(
          nodes.map((node, index) => [
            node,
            index === 1 && place === 0 ? { missing: 'no_series' as const } : { value: scale * (place + 1) + index / 7 },
          ]),
        ),
      ]),
    );
  return {
    epoch: 1 as Epoch,
    endsAt: secondsAfter(T0, (given.slot + 1) * 60),
    phase: 'measured',
    baseline: readings(1000),
    candidate: readings(100),
    processes: nodes.map((node) => ({
      node,
      seenByBaseline: names,
      seenByCandidate: names.slice(1),
      missing: names.slice(0, 1),
    })),
    measuredAt: secondsAfter(T0, (given.slot + 1) * 60 + 30),
    hashes: { active_series: 'a'.repeat(64) },
    ...given,
  };
};
