import { createTransact } from '../../queues/transact.ts';
import type { Store } from '../../store/database/open.ts';
import type { Context } from '../../workers/context/context.ts';

/** The process has died; what it was about to do is not done. */
export class Death extends Error {}

/** These change nothing outside: dying at one is dying at the step before it. */
const changesNothing = /^(get|query|read|search|list)|(Body|Request)$/;

/**
 * A context whose process dies right before its n-th step, counted from 0. A step is a commit, a write that commits by
 * itself, or a call that changes
 * something at a provider: dying after one of them is dying before the next. A dead process reads, writes and calls
 * nothing more, and the jobs it would have added are never added.
 */
export function mortal(context: Context, dieAt: number): { context: Context; steps: readonly string[] } {
  const steps: string[] = [];
  const live = () => {
    if (steps.length > dieAt) throw new Death('dead already');
  };
  const about = (step: string) => {
    live();
    steps.push(step);
    if (steps.length > dieAt) throw new Death(`before ${step}`);
  };

  const store: Store = {
    ...context.store,
    read: async query => {
      live();
      return context.store.read(query);
    },
    write: async query => {
      about('a write');
      return context.store.write(query);
    },
    transaction: async work => {
      live();
      return context.store.transaction(async em => {
        const done = await work(em);
        about('a commit');
        return done;
      });
    },
  };

  const watched = <Client extends object>(name: string, client: Client): Client =>
    new Proxy(client, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function' || changesNothing.test(String(key))) return member;
        return async (...parameters: unknown[]) => {
          about(`${name}.${String(key)}`);
          const answer: unknown = await member.apply(target, parameters);
          return answer;
        };
      },
    });
  const { paypal, aliexpress, payoneer } = context.providers;
  const providers: Context['providers'] = {
    ...context.providers,
    paypal: watched('paypal', paypal),
    aliexpress: watched('aliexpress', aliexpress),
    ...(payoneer ? { payoneer: watched('payoneer', payoneer) } : {}),
  };
  const transact = createTransact(store, { addAll: async () => undefined });
  return { context: { ...context, store, transact, providers }, steps };
}
