import { Migration0001People } from './0001-people.ts';
import { Migration0002Orders } from './0002-orders.ts';
import { Migration0003Money } from './0003-money.ts';
import { Migration0004Refunds } from './0004-refunds.ts';
import { Migration0005SecondPurchase } from './0005-second-purchase.ts';
import { Migration0006LedgerAccounts } from './0006-ledger-accounts.ts';
import { Migration0007Connections } from './0007-connections.ts';
import { Migration0008Feeds } from './0008-feeds.ts';
import { Migration0009Edges } from './0009-edges.ts';
import { Migration0010KeysAndRates } from './0010-keys-and-rates.ts';
import { Migration0011Parcels } from './0011-parcels.ts';
import { Migration0012ProviderTroubles } from './0012-provider-troubles.ts';
import { Migration0013Browser } from './0013-browser.ts';
import { Migration0015Subscriptions } from './0015-subscriptions.ts';
import { Migration0016ProviderKeys } from './0016-provider-keys.ts';
import { Migration0017Proceeds } from './0017-proceeds.ts';
import { Migration0018Forgetting } from './0018-forgetting.ts';
import { Migration0019LegsTakenBack } from './0019-legs-taken-back.ts';
import { Migration0020PaidSupplierOrders } from './0020-paid-supplier-orders.ts';
import { Migration0023UntoldRefunds } from './0023-untold-refunds.ts';
import { Migration0024OwnDebits } from './0024-own-debits.ts';
import { Migration0025Answers } from './0025-answers.ts';

/** In order. A migration that has run anywhere is never changed: add the next one. */
export const migrations = [
  { name: '0001-people', class: Migration0001People },
  { name: '0002-orders', class: Migration0002Orders },
  { name: '0003-money', class: Migration0003Money },
  { name: '0004-refunds', class: Migration0004Refunds },
  { name: '0005-second-purchase', class: Migration0005SecondPurchase },
  { name: '0006-ledger-accounts', class: Migration0006LedgerAccounts },
  { name: '0007-connections', class: Migration0007Connections },
  { name: '0008-feeds', class: Migration0008Feeds },
  { name: '0009-edges', class: Migration0009Edges },
  { name: '0010-keys-and-rates', class: Migration0010KeysAndRates },
  { name: '0011-parcels', class: Migration0011Parcels },
  { name: '0012-provider-troubles', class: Migration0012ProviderTroubles },
  { name: '0013-browser', class: Migration0013Browser },
  { name: '0015-subscriptions', class: Migration0015Subscriptions },
  { name: '0016-provider-keys', class: Migration0016ProviderKeys },
  { name: '0017-proceeds', class: Migration0017Proceeds },
  { name: '0018-forgetting', class: Migration0018Forgetting },
  { name: '0019-legs-taken-back', class: Migration0019LegsTakenBack },
  { name: '0020-paid-supplier-orders', class: Migration0020PaidSupplierOrders },
  { name: '0023-untold-refunds', class: Migration0023UntoldRefunds },
  { name: '0024-own-debits', class: Migration0024OwnDebits },
  { name: '0025-answers', class: Migration0025Answers },
];
