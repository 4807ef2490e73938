import type { KeyId } from '../../kernel/identity.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import { currentLog } from '../../platform/run.ts';
import { goodHashes, isUseOutdated, readKeyText } from '../domain/service-key.ts';
import type { KeyedHash, KeyStore } from './ports.ts';

/**
 * Which key a text is; null when it opens nothing. When keys cannot be read the failure goes up, and nobody is let in.
 * That a key was used is written by the hour; a use that could not be written down hinders nobody.
 */
export const makeCheckKey =
  ({ keys, keyedHash, sha256, clock }: { keys: KeyStore; keyedHash: KeyedHash; sha256: Sha256; clock: Clock }) =>
  async (text: string): Promise<KeyId | null> => {
    const read = readKeyText(text, sha256);
    if (read === null) return null;
    const key = await keys.find(read.id);
    const now = clock.now();
    if (key === null || !(await keyedHash.isAmong(read.secret, goodHashes(key, now)))) return null;
    if (isUseOutdated(key, now)) {
      try {
        await keys.markUsed(key.id, now);
      } catch (error) {
        currentLog().warning('key.use-not-kept', { reason: error instanceof Error ? error.name : 'unknown' });
      }
    }
    return key.id;
  };
