import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Outcome, Refusal } from '../../src/kernel/outcome.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { ServiceFailure } from '../../src/platform/failure.ts';

/** What can happen to one outbound call: nothing, it is lost on the way, its answer is lost, or it arrives twice. */
export const FAULTS = ['none', 'before', 'after', 'twice'] as const;
export type Fault = (typeof FAULTS)[number];

/** `experiments.commit`, the third time it is called in this run, at this moment. */
export interface Call {
  readonly name: string;
  readonly nth: number;
  readonly at: string;
}

/** Decides what happens to each outbound call, and keeps what happened. */
export interface FaultPlan {
  around<P extends object>(port: string, adapter: P): P;
  /** one line a call that met a fault */
  readonly trace: readonly string[];
  /** how often each call was made, faults or none */
  readonly calls: ReadonlyMap<string, number>;
}

/** How a port says that it failed: most throw, a cluster answers with a refusal. */
const FAILED: Readonly<Record<string, () => Outcome<never, Refusal>>> = {
  kubernetes: () => ({
    accepted: false,
    refusal: { code: 'cluster-unreachable', message: 'connect ECONNRESET', facts: {} },
  }),
};

export const makeFaultPlan = (clock: Clock, faultOf: (call: Call) => Fault): FaultPlan => {
  const trace: string[] = [];
  const calls = new Map<string, number>();
  const fail = (port: string, name: string) => {
    const refuse = FAILED[port];
    if (refuse !== undefined) return refuse();
    throw new ServiceFailure('service-unavailable', name, new Error('planted'));
  };
  return {
    trace,
    calls,
    around: (port, adapter) =>
      new Proxy(adapter, {
        get: (target, method) => {
          const made: unknown = Reflect.get(target, method);
          if (typeof made !== 'function' || typeof method !== 'string') return made;
          return async (...args: unknown[]) => {
            const name = `${port}.${method}`;
            const nth = (calls.get(name) ?? 0) + 1;
            calls.set(name, nth);
            const fault = faultOf({ name, nth, at: clock.now() });
            if (fault !== 'none') trace.push(`${clock.now()} ${name} ${nth} ${fault}`);
            if (fault === 'before') return fail(port, name);
            const answer = await made.apply(target, args);
            if (fault === 'after') return fail(port, name);
            return fault === 'twice' ? made.apply(target, args) : answer;
          };
        },
      }),
  };
};

/** The same in two runs of one seed, or the run is not a function of its seed. */
export const traceHash = (trace: readonly string[]): string =>
  createHash('sha256').update(trace.join('\n')).digest('hex');

/** Chance from a seed: each draw is a number in [0, 1). */
export const chanceOf = (seed: number): (() => number) => {
  // neighbouring seeds begin alike
  const generator = xoroshiro128plus(Math.imul(seed, 0x9e3779b1));
  for (let draw = 0; draw < 8; draw += 1) uniformFloat64(generator);
  return () => uniformFloat64(generator);
};
