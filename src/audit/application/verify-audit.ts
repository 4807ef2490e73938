import type { TenantId } from '../../kernel/identity.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { BEFORE_THE_FIRST, type Checked, checkChain } from '../domain/chain.ts';
import type { AuditLog } from './ports.ts';

export interface VerifyAudit {
  readonly tenant: TenantId;
  /** position of the last entry that was checked before; 0 begins at the beginning */
  readonly after: number;
  readonly limit: number;
}

export type Verified = Checked & { readonly isComplete: boolean };

/** Checks a stretch of the chain, and whether it ends there. */
export const makeVerifyAudit =
  ({ log, sha256 }: { readonly log: AuditLog; readonly sha256: Sha256 }) =>
  async ({ tenant, after, limit }: VerifyAudit): Promise<Verified> => {
    const known = after === 0 ? BEFORE_THE_FIRST : await log.get(tenant, after);
    if (known === null) {
      const message = `entry ${after}, up to which the log was checked before, is missing`;
      return {
        last: BEFORE_THE_FIRST,
        count: 0,
        broken: { position: after, reason: 'missing', message },
        isComplete: true,
      };
    }
    const entries = await log.following(tenant, known.position, limit);
    const checked = checkChain(entries, known, sha256);
    return { ...checked, isComplete: checked.broken !== null || entries.length < limit };
  };
