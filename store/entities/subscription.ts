import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CredentialId, SubscriptionId } from '../../domain/ids.ts';

export const EbaySubscription = defineEntity({
  name: 'EbaySubscription',
  tableName: 'ebay_subscriptions',
  properties: {
    id: p.uuid().$type<SubscriptionId>().primary(),
    credentialId: p.uuid().$type<CredentialId>(),
    subscriptionId: p.text().nullable(),
    testedAt: p.datetime().nullable(),
    checkedAt: p.datetime().nullable(),
    trouble: p.text().nullable(),
    revived: p.integer(),
    stateEntry: p.integer(),
    wake: p.integer(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type EbaySubscription = InferEntity<typeof EbaySubscription>;
