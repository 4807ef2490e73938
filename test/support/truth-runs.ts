import type { Epoch, ExperimentId, Principal, TenantId, UserId } from '../../src/kernel/identity.ts';
import { fromEpochMs } from '../../src/kernel/instant.ts';
import { systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { prometheusSource } from '../../src/measurement/adapters/prometheus-source.ts';
import { urlTransport } from '../../src/measurement/adapters/prometheus-transport.ts';
import { variantStamps } from '../../src/measurement/domain/queries.ts';
import { memoryRuleSetStore } from '../../src/truth/adapters/memory-rule-set-store.ts';
import { memoryTruthStore } from '../../src/truth/adapters/memory-truth-store.ts';
import { makeCheckTruth } from '../../src/truth/application/check-truth.ts';
import { makeImportRules } from '../../src/truth/application/import-rules.ts';
import type { RuleSetName } from '../../src/truth/domain/rule-set.ts';
import type { TruthState } from '../../src/truth/domain/state.ts';
import { pushSeries } from './remote-write.ts';
import { readHost, simulateHost } from './two-readers.ts';

const CALLER: Principal = {
  tenantId: 'acme' as TenantId,
  userId: 'u' as UserId,
  email: 'u@x',
  roles: [],
  permissions: new Set(),
};
const SECONDS = 45 * 60;
const EVERY_SECONDS = 15;

export const RUN_SECONDS = SECONDS;

export type Distort = Parameters<typeof readHost>[1]['distort'];

/** Pushes what two collectors saw of one host, and lets the product check the rules about it until all is answered. */
export const runTruth = async (
  { url, remoteWriteUrl }: { readonly url: string; readonly remoteWriteUrl: string },
  {
    rules,
    seed,
    fromMs,
    distort,
  }: { readonly rules: string; readonly seed: number; readonly fromMs: number; readonly distort?: Distort },
): Promise<TruthState> => {
  const ref = {
    tenantId: CALLER.tenantId,
    experimentId: `exp-${String(seed).padStart(12, '0')}` as ExperimentId,
    epoch: 1 as Epoch,
  };
  const host = simulateHost(seed, SECONDS);
  for (const [index, variant] of (['baseline', 'candidate'] as const).entries()) {
    const stamps = Object.fromEntries(variantStamps(ref, variant).map(({ label, value }) => [label, value]));
    const distorted = variant === 'candidate' && distort !== undefined ? { distort } : {};
    await pushSeries(
      remoteWriteUrl,
      readHost(host, { stamps, variant, seed: 7919 * seed + index, fromMs, everySeconds: EVERY_SECONDS, ...distorted }),
    );
  }
  const clock = { now: () => fromEpochMs(fromMs + (SECONDS - 60) * 1000) };
  const [ruleSets, truths] = [memoryRuleSetStore(), memoryTruthStore()];
  const imported = await makeImportRules({ ruleSets, clock, sha256 })({
    name: 'corpus' as RuleSetName,
    documents: [{ name: 'rules.yaml', text: rules }],
    variables: {},
    caller: CALLER,
  });
  if (!imported.accepted) throw new Error(imported.refusal.message);
  const source = prometheusSource(urlTransport(new URL(url), { isListed: true }), systemPauses);
  const checkTruth = makeCheckTruth({ ruleSets, truths, clock });
  for (let look = 0; look < 20; look += 1) {
    const at = (seconds: number) => fromEpochMs(fromMs + seconds * 1000);
    await checkTruth({
      ref,
      ...{ slotsFrom: at(30), measuredFrom: at(120), endsAt: at(SECONDS - 90) },
      ...{ slotSeconds: 30, collectionIntervalSeconds: EVERY_SECONDS, settleSeconds: 30, sources: [source] },
    });
    const state = await truths.load(ref);
    if (state?.isComplete === true) return state;
  }
  throw new Error('the checks were not all answered');
};
