import { useSyncExternalStore } from 'react';
import { type Connection, connection } from './connection.ts';
import { type Session, session } from './session.ts';
import type { Store } from './store.ts';

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);
export const useSession = (): Session => useStore(session);
export const useConnection = (): Connection => useStore(connection);
