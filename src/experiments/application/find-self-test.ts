import type { SelfTest } from '../../judgement/domain/self-test.ts';
import type { TenantId } from '../../kernel/identity.ts';
import type { Wanted } from '../domain/noise-history.ts';
import { selfTestOf } from '../domain/self-test.ts';
import { listComparable } from './find-history.ts';
import type { ExperimentStore } from './ports.ts';

/** What earlier experiments with equal variants say about a set-up, as far as they are among the newest of its cluster. */
export const makeFindSelfTest =
  ({ experiments }: { readonly experiments: Pick<ExperimentStore, 'list'> }) =>
  async (tenantId: TenantId, wanted: Wanted): Promise<SelfTest> =>
    selfTestOf(
      (await listComparable(experiments, tenantId, wanted)).map(({ experiment }) => experiment),
      wanted,
    );
