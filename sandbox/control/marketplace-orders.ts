import Joi from 'joi';
import { accountById } from '../accounts.ts';
import type { Address } from '../address.ts';
import type { EbayDelivery, EbayLine } from '../ebay/state.ts';
import { randomDigits } from '../ids.ts';
import type { MercadoLibreItem } from '../mercadolibre/state.ts';
import type { World } from '../world.ts';
import { type Notify, notifyKeys } from './notify.ts';
import { currency, minorUnits, notKnown, text } from './respond.ts';

export type NewEbayOrder = {
  readonly marketplace: 'ebay';
  readonly accountId: string;
  readonly lines: readonly EbayLine[];
  readonly currency: string;
  readonly shipTo: Address | null;
  readonly paymentStatus: string;
  readonly cancelState: string;
  readonly delivery?: EbayDelivery;
  readonly marketplaceFeeMinor?: bigint;
  readonly marketplaceFeeCurrency?: string;
  readonly buyer: string;
  /** eBay sends it on itself, from its hub. */
  readonly forwarded: boolean;
  readonly shipBy?: string;
  readonly notify: Notify;
};

export type NewMercadoLibreOrder = {
  readonly marketplace: 'mercadolibre';
  readonly accountId: string;
  readonly items: readonly MercadoLibreItem[];
  readonly currency: string;
  readonly shipTo: Address | null;
  readonly status: string;
  readonly tags?: readonly string[];
  readonly logisticMode: string;
  readonly logisticType?: string;
  readonly packId?: string;
  readonly shipBy?: string;
  readonly notify: Notify;
};

export const address = Joi.object<Address>({
  fullName: text.required(),
  company: text,
  labelReference: text,
  line1: text.required(),
  line2: text.allow(''),
  neighborhood: text,
  city: text.required(),
  region: text.allow('').required(),
  regionCode: text,
  postalCode: text.allow('').required(),
  country: Joi.string().length(2).required(),
  phone: text,
  email: text,
  taxId: text,
});

const common = {
  accountId: text.required(),
  currency: currency.required(),
  shipTo: address.allow(null).required(),
  shipBy: Joi.string().isoDate(),
  notify: Joi.object(notifyKeys).default({ times: 1 }),
};

const quantity = Joi.number().integer().min(1).default(1);
const title = text.default('Sandbox listing');

export const ebayOrder = Joi.object<NewEbayOrder>({
  ...common,
  marketplace: Joi.valid('ebay').required(),
  lines: Joi.array()
    .items(
      Joi.object({
        lineItemId: Joi.string().default(() => `100${randomDigits(11)}`),
        legacyItemId: text.required(),
        variationId: text,
        sku: text,
        title,
        quantity,
        totalMinor: minorUnits.required(),
        deliveryMinor: minorUnits.default(() => 0n),
        collectedTaxMinor: minorUnits.default(() => 0n),
      }),
    )
    .min(1)
    .required(),
  paymentStatus: text.default('PAID'),
  cancelState: text.default('NONE_REQUESTED'),
  delivery: Joi.object({ instructions: text, fulfilledBy: text, labelBy: text }),
  buyer: text.default('sandbox_buyer'),
  forwarded: Joi.boolean().default(false),
  marketplaceFeeMinor: minorUnits,
  marketplaceFeeCurrency: currency,
});

export const mercadoLibreOrder = Joi.object<NewMercadoLibreOrder>({
  ...common,
  marketplace: Joi.valid('mercadolibre').required(),
  items: Joi.array()
    .items(
      Joi.object({
        itemId: Joi.string()
          .pattern(/^M[A-Z]{2}\d+$/)
          .required(),
        variationId: Joi.string().pattern(/^\d+$/),
        title,
        quantity,
        unitPriceMinor: minorUnits.required(),
        saleFeeMinor: minorUnits.default(() => 0n),
        saleFee: Joi.string().pattern(/^\d+(\.\d+)?$/),
      }),
    )
    .min(1)
    .required(),
  status: text.default('paid'),
  tags: Joi.array().items(text),
  logisticMode: Joi.string().valid('me1', 'me2', 'custom', 'not_specified').default('custom'),
  logisticType: text,
  packId: Joi.string().pattern(/^\d+$/),
});

/** Five working days, as far as a calendar without week-ends knows. */
const usualHandlingMs = 7 * 86_400_000;
const handlingLimit = (world: World): string => new Date(world.clock.now() + usualHandlingMs).toISOString();

/** eBay's usual final value fee, in hundredths of a percent. */
const ebayFee = 1285n;

/** @returns the id of the order that a buyer has just placed. */
export function placeEbayOrder(world: World, given: NewEbayOrder): string {
  if (!accountById(world, 'ebay', given.accountId)) throw notKnown(`eBay account ${given.accountId}`);
  const orderId = `${randomDigits(2)}-${randomDigits(5)}-${randomDigits(5)}`;
  const total = given.lines.reduce((sum, line) => sum + line.totalMinor, 0n);
  world.state.ebay.orders.set(orderId, {
    orderId,
    accountId: given.accountId,
    buyer: given.buyer,
    forwarded: given.forwarded,
    currency: given.currency,
    lines: given.lines,
    shipTo: given.shipTo ?? undefined,
    marketplaceFeeCurrency: given.marketplaceFeeCurrency,
    marketplaceFeeMinor: given.marketplaceFeeMinor ?? (total * ebayFee + 5000n) / 10_000n,
    createdAt: world.clock.iso(),
    shipByDate: given.shipBy ?? handlingLimit(world),
    paymentStatus: given.paymentStatus,
    cancelState: given.cancelState,
    delivery: given.delivery ?? {},
    holds: [],
    modifiedAt: world.clock.iso(),
    fulfillments: [],
    refunds: [],
    notifications: [],
  });
  return orderId;
}

/** @returns the id of the order that a buyer has just placed. */
export function placeMercadoLibreOrder(world: World, given: NewMercadoLibreOrder): string {
  if (!accountById(world, 'mercadolibre', given.accountId)) throw notKnown(`MercadoLibre account ${given.accountId}`);
  const id = `2000${randomDigits(12)}`;
  world.state.mercadolibre.orders.set(id, {
    id,
    accountId: given.accountId,
    shipmentId: `4${randomDigits(10)}`,
    packId: given.packId,
    currency: given.currency,
    items: given.items,
    shipTo: given.shipTo ?? undefined,
    logisticMode: given.logisticMode,
    logisticType: given.logisticType,
    createdAt: world.clock.iso(),
    handlingLimit: given.shipBy ?? (given.logisticMode === 'custom' ? undefined : handlingLimit(world)),
    status: given.status,
    tags: given.tags ?? (given.status === 'paid' ? ['paid', 'not_delivered'] : ['not_delivered']),
    refundedMinor: 0n,
    payment: undefined,
    mediations: [],
    updatedAt: world.clock.iso(),
    notification: undefined,
    shipmentStatus: 'ready_to_ship',
  });
  return id;
}
