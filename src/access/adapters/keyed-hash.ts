import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyedHash } from '../application/ports.ts';

/** HMAC-SHA-256 under a secret of the stage. */
export const hmacHash = ({ pepper }: { readonly pepper: () => Promise<string> }): KeyedHash => {
  const of = async (secret: string): Promise<string> =>
    createHmac('sha256', await pepper())
      .update(secret)
      .digest('hex');
  return {
    of,
    isAmong: async (secret, hashes) => {
      const given = Buffer.from(await of(secret));
      return (
        hashes.filter((hash) => hash.length === given.length && timingSafeEqual(given, Buffer.from(hash))).length > 0
      );
    },
  };
};
