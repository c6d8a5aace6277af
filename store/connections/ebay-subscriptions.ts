import { randomUUID } from 'node:crypto';
import { raw } from '@mikro-orm/core';
import type { CredentialId, SubscriptionId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { EbaySubscription } from '../entities/subscription.ts';

/** A seller was connected: eBay is to notify us of their orders. A new consent is tested again. */
export async function wantSubscription(em: EntityManager, credentialId: CredentialId): Promise<EbaySubscription> {
  await em.execute(
    `insert into ebay_subscriptions (id, credential_id, next_check_at) values (?, ?, clock_now())
     on conflict (credential_id) do update set tested_at = null, trouble = null, next_check_at = clock_now(), wake = 0,
       state_entry = ebay_subscriptions.state_entry + 1`,
    [randomUUID(), credentialId],
  );
  return em.findOneOrFail(EbaySubscription, { credentialId });
}

export const findSubscription = (em: EntityManager, id: SubscriptionId): Promise<EbaySubscription | null> =>
  em.findOne(EbaySubscription, { id });

/**
 * eBay tests a subscription with a notification like any other, of an order that exists nowhere: nothing in it says so.
 * True when one came about the time of a test of any of these accounts.
 */
export async function wasTestedThen(
  em: EntityManager,
  credentialIds: readonly CredentialId[],
  receivedAt: Date,
): Promise<boolean> {
  const [row] = await em.execute<{ tested: boolean }[]>(
    `select exists (select from ebay_subscriptions where credential_id = any(?::uuid[])
       and tested_at between ?::timestamptz - interval '2 minutes' and ?::timestamptz + interval '2 minutes') as tested`,
    [`{${credentialIds.join(',')}}`, receivedAt, receivedAt],
  );
  return row?.tested ?? false;
}

type Found = Partial<Pick<EbaySubscription, 'subscriptionId' | 'testedAt' | 'trouble' | 'revived'>>;

/** Stores what a look has found, and when the next one is due. */
export async function noteSubscription(
  em: EntityManager,
  id: SubscriptionId,
  found: Found,
  checkedAt: Date,
  nextCheckAt: Date | null,
): Promise<void> {
  const change = { ...found, checkedAt, nextCheckAt, stateEntry: raw<number>('state_entry + 1'), wake: 0 };
  await em.nativeUpdate(EbaySubscription, { id }, change);
}
