import { dynamodbKeyStore } from '../../src/access/adapters/dynamodb-keys.ts';
import { makeCheckKey } from '../../src/access/application/check-key.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { KEY_HEADER } from '../../src/platform/declare/function.ts';
import { entry } from '../../src/platform/entry.ts';
import { hashUnder, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

interface Asked {
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** The gateway keeps an answer for as long as the stack says; the functions behind it look at the key again. */
type Answer = { readonly isAuthorized: false } | { readonly isAuthorized: true; readonly context: { keyId: string } };

export const handler = entry(manifest, ({ core, keyPepper }) => {
  const check = makeCheckKey({
    keys: dynamodbKeyStore({ table: tableNamed(core), clock: systemClock, ids: systemIds }),
    keyedHash: hashUnder(keyPepper),
    sha256,
    clock: systemClock,
  });
  return async ({ headers = {} }: Asked): Promise<Answer> => {
    const [, text = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === KEY_HEADER) ?? [];
    const keyId = await check(text);
    return keyId === null ? { isAuthorized: false } : { isAuthorized: true, context: { keyId } };
  };
});
