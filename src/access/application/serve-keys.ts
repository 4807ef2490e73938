import { accept } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { keyRoutes, keyViewOf } from '../contract/key-routes.ts';
import { findKey, makeRevokeKey, makeRotateKey } from './change-key.ts';
import { type KeyPorts, type MadeKey, makeCreateKey } from './create-key.ts';

/** The routes of service keys. */
export const serveKeys = (ports: KeyPorts): readonly ServedRoute[] => {
  const { keys, clock } = ports;
  const create = makeCreateKey(ports);
  const rotate = makeRotateKey(ports);
  const revoke = makeRevokeKey(ports);
  const shown = ({ key, text }: MadeKey) =>
    accept({
      body: { key: keyViewOf(key, clock.now()), text },
      version: key.version,
      location: `/keys/${key.id}`,
    });
  return implement(keyRoutes, {
    listKeys: async ({ caller }) => {
      const now = clock.now();
      return accept({ body: { items: (await keys.list(caller.tenantId)).map((key) => keyViewOf(key, now)) } });
    },
    createKey: async ({ caller, body }) => {
      const made = await create(caller, body);
      return made.accepted ? shown(made.value) : made;
    },
    getKey: async ({ caller, params }) => {
      const found = await findKey(keys, caller, params.keyId);
      return found.accepted
        ? accept({ body: keyViewOf(found.value, clock.now()), version: found.value.version })
        : found;
    },
    rotateKey: async ({ caller, params, ifMatch, body }) => {
      const made = await rotate(caller, { ...params, ...body, version: ifMatch });
      return made.accepted ? shown(made.value) : made;
    },
    revokeKey: async ({ caller, params, ifMatch }) => {
      const ended = await revoke(caller, { ...params, version: ifMatch });
      return ended.accepted ? accept({ body: null }) : ended;
    },
  });
};
