import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/database/open.ts';

/** A store for observers: a query is repeated while the database restarts. Observers only read, so that is harmless. */
export const patient = (store: Store, patienceMs: number): Store => ({
  ...store,
  async read(query) {
    for (const late = Date.now() + patienceMs; ; await sleep(250)) {
      try {
        return await store.read(query);
      } catch (error) {
        if (Date.now() > late) throw error;
      }
    }
  },
});
