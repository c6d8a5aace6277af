/** Switches for behaviour that the providers leave open, and for how fast and how often things arrive. */
export type Settings = {
  /** What AliExpress answers to an `out_order_id` it has seen. Both have been reported, neither is documented. */
  duplicateOutOrderId: 'same-order' | 'repeated-order-error';
  /** Waits this long before a webhook leaves. */
  webhookDelayMs: number;
  /** Sends every webhook this many times more. */
  webhookDuplicates: number;
  /** Lets webhooks overtake each other, each waiting up to 300 ms longer. */
  webhookShuffle: boolean;
  /** Sends no webhooks when false; MercadoLibre then lists them as missed feeds. */
  webhooks: boolean;
  /** From an accepted payout to its final status. */
  payoutSettleMs: number;
  /** PayPal has let the account use Payouts, which it does on request only. */
  payoutsAllowed: boolean;
  /** AliExpress sends a list with one element as that element alone, as the gateway sometimes does. */
  collapseSingleLists: boolean;
  /** Exchange rates other than the usual ones, and the day they are of (today's when left out). */
  rates: { date?: string; changed: Record<string, string> };
  /** The account that consents without being asked; the page is shown when empty. */
  autoConsent: string;
};

export const createSettings = (): Settings => ({
  duplicateOutOrderId: 'same-order',
  webhookDelayMs: 0,
  webhookDuplicates: 0,
  webhookShuffle: false,
  webhooks: true,
  payoutSettleMs: 400,
  payoutsAllowed: true,
  collapseSingleLists: false,
  rates: { changed: {} },
  autoConsent: '',
});
