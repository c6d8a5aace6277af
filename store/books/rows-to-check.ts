/** The rows that the check of the books compares with the providers' own books, page by page. */

import type { CredentialId, LegId } from '../../domain/ids.ts';
import { broughtNothing } from '../../domain/payment.ts';
import type { LegState } from '../../domain/payout-leg.ts';
import type { Marketplace } from '../../domain/sale-channel.ts';
import { connected } from '../connections/credentials.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Dispute, Effect, PayoutLeg } from '../entities/money.ts';
import { Payment } from '../entities/order.ts';
import { Credential } from '../entities/people.ts';

/** The rows after the id `after`, of those that changed since `since`. */
export type Page = { readonly after: string; readonly since: Date; readonly limit: number };

const byId = (limit: number) => ({ orderBy: { id: 'asc' as const }, limit });

export const payPalPaymentsToCheck = (em: EntityManager, { after, since, limit }: Page): Promise<Payment[]> =>
  em.find(
    Payment,
    {
      id: { $gt: after },
      provider: 'paypal',
      status: { $nin: [...broughtNothing] },
      updatedAt: { $gt: since },
    },
    byId(limit),
  );

export const payPalDisputesToCheck = (em: EntityManager, { after, since, limit }: Page): Promise<Dispute[]> =>
  em.find(Dispute, { id: { $gt: after }, provider: 'paypal', updatedAt: { $gt: since } }, byId(limit));

/** Payouts that have a number at their provider. */
export const legsToCheck = (
  em: EntityManager,
  states: readonly LegState[],
  { after, since, limit }: Page,
): Promise<PayoutLeg[]> =>
  em.find(
    PayoutLeg,
    {
      id: { $gt: after as LegId },
      providerBatchId: { $ne: null },
      status: { $in: [...states] },
      updatedAt: { $gt: since },
    },
    byId(limit),
  );

/** Payouts, purchases and refunds that were sent and given up. */
export const givenUpToCheck = (em: EntityManager, { after, since, limit }: Page): Promise<Effect[]> =>
  em.find(
    Effect,
    { id: { $gt: after as Effect['id'] }, status: 'DISPROVEN', firstSentAt: { $gt: since } },
    byId(limit),
  );

/** The next marketplace account whose keys still permit reading. */
export async function accountToCheck(
  em: EntityManager,
  apiName: Marketplace,
  after: string,
): Promise<Credential | undefined> {
  return (await em.find(Credential, { id: { $gt: after as CredentialId }, apiName, ...connected }, byId(1)))[0];
}

/** When the first order came that could have been paid through PayPal. */
export async function firstPayPalOrderAt(em: EntityManager): Promise<Date | undefined> {
  const [first] = await em.execute<{ at: Date | string | null }[]>(
    `select min(created_at) as at from orders where channel = 'paypal'`,
  );
  return first?.at ? new Date(first.at) : undefined;
}

/** Which of these captures are payments here. */
export async function knownCaptures(em: EntityManager, captures: readonly string[]): Promise<ReadonlySet<string>> {
  if (captures.length === 0) return new Set();
  const known = await em.execute<{ reference: string }[]>(
    `select reference from payments where provider = 'paypal' and reference in (?)`,
    [captures],
  );
  return new Set(known.map(({ reference }) => reference));
}
