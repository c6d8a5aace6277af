import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/database/open.ts';

/** A store for onlookers: a database that is just being restarted is asked again. They only read, so twice is harmless. */
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
