import { Unreadable } from '../domain/outcome.ts';
import type { PayPalClient } from '../providers/paypal/client.ts';
import type { Context } from './context.ts';

/** What was done with one PayPal account is only ever read through that account's own keys. */
type OfAccount = { readonly paypalAccount?: string | null | undefined };

/**
 * The client for the account that an order of our own checkout is with: the present one, or one whose keys are kept
 * for reading. @throws Unreadable when there are no keys of it: another account's "not found" proves nothing
 */
export function payPalOf(ctx: Pick<Context, 'config' | 'providers'>, { paypalAccount }: OfAccount): PayPalClient {
  const { paypal, formerPayPal } = ctx.providers;
  if (!paypalAccount || paypalAccount === ctx.config.paypal.clientId) return paypal;
  const former = formerPayPal?.get(paypalAccount);
  if (former) return former;
  throw new Unreadable(
    'PAYPAL_ACCOUNT_WITHOUT_KEYS',
    `it is at PayPal account ${paypalAccount}, whose keys are not known any more: nothing there can be read`,
  );
}

/** Whether money may be moved for it: only the present account pays and is paid. */
export const isPresentAccount = (ctx: Pick<Context, 'config'>, { paypalAccount }: OfAccount): boolean =>
  !paypalAccount || paypalAccount === ctx.config.paypal.clientId;
