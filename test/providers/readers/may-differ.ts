import { absent, type Difference } from './differences.ts';
import { newWord } from './mutations.ts';

type Places = Readonly<Record<string, readonly string[]>>;

/**
 * What may be absent of an answer, because nobody decides by it, or because its absence is a case of its own: a fee that
 * is asked for later, an address that is waited for, a list that says that there is nothing.
 */
const mayBeAbsent: Places = {
  'paypal.getOrder': ['customId'],
  'paypal.captureOrder': ['captures.*.fee', 'captures.*.customId', 'customId'],
  'paypal.addTracking': ['*.status'],
  'paypal.getCapture': ['fee', 'orderId', 'customId'],
  'paypal.getRefund': ['captureId', 'amount', 'customId'],
  // Without its item, amount or key a payout is read again, and is a person's in the end.
  'paypal.getPayoutBatch': ['fees', 'items.*', 'senderBatchId'],
  'paypal.cancelPayoutItem': ['fee', 'errorName', 'amount'],
  'paypal.getBalances': ['*'],
  'paypal.getDispute': ['payments.*.customId'],
  'paypal.listDisputes': ['next', 'disputeIds.*'],
  'paypal.listTransactions': ['transactions.*'],
  'paypal.listWebhookEvents': ['next'],
  'aliexpress.createToken': ['refreshToken'],
  // Where the status says it as well.
  'aliexpress.getOrder': ['paid'],
  'aliexpress.getTracking': ['*'],
  'aliexpress.getAddress': ['*'],
  'ebay.getOrder': ['shipTo', 'marketplaceFee', 'buyer', 'lines.*.title', 'lines.*.shipBy', 'createdAt'],
  'ebay.getOrders': ['orders.*'],
  'ebay.listFinances': ['items.*'],
  'mercadolibre.searchPayments': ['payments.*'],
  'ebay.listPayouts': ['items.*'],
  'ebay.getShippingFulfillments': ['*.shippedAt', '*.carrier', '*.trackingNumber', '*.lines.*'],
  'mercadolibre.getOrder': [
    'items.*.saleFee',
    'items.*.variationId',
    'shippingId',
    'tags.*',
    'createdAt',
    'payments.*',
  ],
  'mercadolibre.getShipment': ['shipTo', 'shipBy'],
  'mercadolibre.searchOrders': ['orders.*'],
  'mercadolibre.missedFeeds': ['*'],
  'payoneer.getPayoutStatus': ['amount', 'payoutId', 'currency'],
};

/** What is made of several fields, or of what is left when one of them is absent. */
const madeOfWhatIsThere: Places = {
  // May be below zero.
  'paypal.getBalances': ['*.amountMinor'],
  'payoneer.getBalance': ['amountMinor'],
  // An event, and what cannot be read of a list, are kept as they came.
  'paypal.listWebhookEvents': ['events.*'],
  'paypal.listTransactions': ['transactions.*'],
  'ebay.getOrders': ['orders.*'],
  'ebay.listFinances': ['items.*'],
  'mercadolibre.searchPayments': ['payments.*'],
  'ebay.listPayouts': ['items.*'],
  'mercadolibre.searchOrders': ['orders.*'],
  'mercadolibre.missedFeeds': ['*'],
  // Made of the ids of its properties; the next offer; a parcel without events.
  'aliexpress.getProduct': ['sku.skuAttr'],
  'aliexpress.queryFreight': ['*'],
  'aliexpress.getTracking': ['*.events.*.at'],
  // Without a cost of delivery there is none. Which key it is does not say more.
  'ebay.getOrder': ['lines.*.total.amountMinor'],
  'ebay.getShippingFulfillments': ['*.lines.*.quantity'],
  'ebay.publicKey': ['brand_new'],
  'mercadolibre.refreshToken': ['accessExpiresAt'],
  // A payment without a status is a person's, whatever its amount.
  'mercadolibre.getOrder': ['payments.*.words', 'payments.*.amount.amountMinor', 'tags.*'],
  'mercadolibre.getShipment': ['logistic'],
};

/** A word that nobody knows is read as such. */
const unknownWords: ReadonlySet<string> = new Set([newWord, '-7', 'UNKNOWN', 'UNCLEAR', 'unknown']);

const isAmong = (places: readonly string[] = [], path: string): boolean =>
  places.some(place => path === place || path.startsWith(`${place}.`));

export const mayDiffer = (method: string, { path, read }: Difference): boolean =>
  unknownWords.has(read) ||
  isAmong(madeOfWhatIsThere[method], path) ||
  (read === absent && isAmong(mayBeAbsent[method], path));
