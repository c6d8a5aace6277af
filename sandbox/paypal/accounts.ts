/**
 * More than one account of the platform at PayPal: one that the credentials name, and others, each with an application,
 * orders, payouts and a balance of its own. What happens at one is not visible at another. The control API moves what it
 * is told to move, at whichever account it is.
 */
import type { Request, RequestHandler } from 'express';
import type { Credentials } from '../credentials.ts';
import type { World } from '../world.ts';
import { payPalRouter } from './router.ts';
import { createPayPalState, type PayPalState } from './state.ts';

export type OtherAccount = { readonly credentials: Credentials['paypal']; readonly paypal: PayPalState };

/** The same world, where PayPal is this other account. */
const worldAt = (world: World, { credentials, paypal }: OtherAccount): World => ({
  ...world,
  credentials: { ...world.credentials, paypal: credentials },
  // Inherited, so that what another part of the state is set to later is seen here as well.
  state: Object.create(world.state, { paypal: { value: paypal } }) as World['state'],
});

/** The world at the account that has it, whatever it is; at the account that the credentials name when none has. */
export const worldWith = (world: World, has: (paypal: PayPalState, clientId: string) => boolean): World =>
  otherWorlds(world).find(({ state, credentials }) => has(state.paypal, credentials.paypal.clientId)) ?? world;

export const otherWorlds = (world: World): readonly World[] =>
  [...world.state.otherPayPal.values()].map(account => worldAt(world, account));

/** Opens an account, or changes the secrets of one that is open. */
export function openAccount({ state, clock }: World, credentials: Credentials['paypal']): void {
  const { paypal = createPayPalState(clock.now()) } = state.otherPayPal.get(credentials.clientId) ?? {};
  state.otherPayPal.set(credentials.clientId, { credentials, paypal });
}

/** PayPal's API: each request is answered by the account whose client, token or order it names. */
export function payPalAccounts(world: World): RequestHandler {
  const own = payPalRouter(world);
  // By the account, and not by its name: one whose secrets were changed is another one.
  const routers = new WeakMap<OtherAccount, RequestHandler>();
  const routerOf = (account: OtherAccount): RequestHandler => {
    const router = routers.get(account) ?? payPalRouter(worldAt(world, account));
    routers.set(account, router);
    return router;
  };
  return (request, response, next) => {
    const other = [...world.state.otherPayPal.values()].find(account => isNamed(account, request));
    return (other ? routerOf(other) : own)(request, response, next);
  };
}

function isNamed({ credentials, paypal }: OtherAccount, request: Request): boolean {
  const [scheme, value = ''] = (request.header('authorization') ?? '').split(' ');
  if (scheme === 'Bearer') return paypal.tokens.has(value);
  if (scheme === 'Basic') return Buffer.from(value, 'base64').toString('utf8').startsWith(`${credentials.clientId}:`);
  return paypal.orders.has(String(request.query.token));
}
