/**
 * What was done with one account is only read through that account. If our own account at a provider was replaced by
 * another, the old one's keys are kept for reading; money moves through the present one alone.
 */
import { Unreadable } from '../../domain/call-outcome.ts';
import type { PayPalClient } from '../../providers/paypal/client.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Context } from '../context/context.ts';

type Surroundings = Pick<Context, 'config' | 'providers' | 'presentPayPal'>;
type OfAccount = Pick<Order, 'paypalAccount'>;

/**
 * The client of the PayPal account of an order at our own checkout. @throws Unreadable when its keys are missing:
 * another account's "not found" proves nothing
 */
export const payPalOf = (ctx: Surroundings, { paypalAccount }: OfAccount): PayPalClient =>
  paypalAccount ? atAccount(ctx, 'paypal', paypalAccount).providers.paypal : ctx.providers.paypal;

/** Whether money may be moved for it: only the present account pays and is paid. */
export const isPresentAccount = (
  ctx: Pick<Context, 'config' | 'presentPayPal'>,
  { paypalAccount }: OfAccount,
): boolean => !paypalAccount || paypalAccount === (ctx.presentPayPal ?? ctx.config.paypal.clientId);

/** For reading there, as if that account were the present one. @throws Unreadable as above */
export function atAccount<C extends Surroundings>(ctx: C, provider: 'paypal' | 'payoneer', account: string): C {
  const { config, providers } = ctx;
  if (provider === 'paypal') {
    if (account === config.paypal.clientId) return ctx;
    const paypal = providers.former?.paypal.get(account) ?? withoutKeys(provider, account);
    const others = new Map([...(providers.former?.paypal ?? []), [config.paypal.clientId, providers.paypal]]);
    return {
      ...ctx,
      presentPayPal: ctx.presentPayPal ?? config.paypal.clientId,
      config: { ...config, paypal: { ...config.paypal, clientId: account } },
      providers: { ...providers, paypal, former: { payoneer: new Map(), ...providers.former, paypal: others } },
    };
  }
  if (account === config.payoneer.programId) return ctx;
  const payoneer = providers.former?.payoneer.get(account) ?? withoutKeys(provider, account);
  return {
    ...ctx,
    config: { ...config, payoneer: { ...config.payoneer, programId: account } },
    providers: { ...providers, payoneer },
  };
}

function withoutKeys(provider: 'paypal' | 'payoneer', account: string): never {
  throw new Unreadable(
    'ACCOUNT_WITHOUT_KEYS',
    `it is at ${provider} account ${account}, whose keys are not known any more: nothing there can be read`,
    { provider },
  );
}
