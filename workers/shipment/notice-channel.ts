import { Terminal } from '../../domain/call-outcome.ts';
import type { CredentialId, OrderId } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import { leftOf } from '../../domain/payment.ts';
import { carrierForEbay } from '../../providers/ebay/carriers.ts';
import { fulfillmentBody, trackingNumberForEbay } from '../../providers/ebay/fulfillment.ts';
import { shipNotice } from '../../providers/mercadolibre/shipment.ts';
import { trackingBody } from '../../providers/paypal/tracking.ts';
import type { Departure } from '../../runtime/send-deadline.ts';
import { findCredential } from '../../store/connections/credentials.ts';
import type { Found, Intent } from '../../store/effects/intent.ts';
import type { Order, Parcel } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import { moneyOf } from '../../store/money/payments.ts';
import { withToken } from '../connections/fresh-token.ts';
import type { Context } from '../context/context.ts';

/** A notice as it is frozen: its body, and the order or shipment at the channel that it is for. */
type Notice = { readonly to: string; readonly body: string };
type Told = { readonly [name: string]: Json };

/** How to report one parcel to one sale channel, and how to find out whether the channel knows it already. */
type NoticeChannel = Pick<Intent<Told>, 'account' | 'environment'> & {
  freeze(): string;
  find(request: string): Promise<Found<Told>>;
  send(request: string, departure: Departure): Promise<Told>;
};

const noticeOf = (request: string): Notice => JSON.parse(request) as Notice;
const found = (yes: boolean): Found<Told> => (yes ? { answer: 'FOUND', result: {} } : { answer: 'ABSENT' });

/** A neutral tracking page, which shows neither our shop nor the supplier. */
const trackingPage = (number: string): string => `https://t.17track.net/en#nums=${encodeURIComponent(number)}`;

/** @throws Terminal when the sale has no channel that takes the notice */
export async function noticeChannel(ctx: Context, order: Order, parcel: Parcel): Promise<NoticeChannel> {
  const { externalOrderId } = order;
  if (!externalOrderId) throw new Terminal('NO_SALE_CHANNEL', 'the sale has no number at its channel');
  switch (order.channel) {
    case 'paypal':
      return paypal(ctx, order.id, externalOrderId, parcel);
    case 'ebay':
      return ebay(ctx, await sellerOf(ctx, order), externalOrderId, order, parcel);
    case 'mercadolibre':
      return mercadolibre(ctx, await sellerOf(ctx, order), externalOrderId, parcel);
  }
}

async function sellerOf(ctx: Context, order: Order): Promise<Credential> {
  const id: CredentialId | null | undefined = order.credentialId;
  const credential = id ? await ctx.store.read(em => findCredential(em, id)) : null;
  if (!credential) throw new Terminal('NO_SALE_CHANNEL', 'the account that sold it is not connected');
  return credential;
}

async function paypal(ctx: Context, id: OrderId, to: string, parcel: Parcel): Promise<NoticeChannel> {
  const held = await ctx.store.read(em => moneyOf(em, id));
  // The parcel belongs to the payment with money left: PayPal refuses a tracking number for a declined capture.
  const paid = held.find(({ sums }) => leftOf(sums).amountMinor > 0n) ?? held[0];
  if (!paid) throw new Terminal('NO_SALE_CHANNEL', 'there is no payment that the parcel is for');
  const { reference: captureId } = paid.payment;
  const { clientId: account, environment } = ctx.config.paypal;
  const { trackingNumber, carrier } = parcel;
  const options = { signal: ctx.signal };
  return {
    account,
    environment,
    freeze: () => JSON.stringify({ to, body: trackingBody({ captureId, trackingNumber, carrier, notifyBuyer: true }) }),
    find: async request => {
      const known = await ctx.providers.paypal.getOrder(noticeOf(request).to, options);
      if (!known?.trackers) return { answer: 'UNKNOWN' };
      return found(known.trackers.some(tracker => tracker.id.endsWith(`-${trackingNumber}`)));
    },
    send: async (request, departure) => {
      const { to: paypalOrderId, body } = noticeOf(request);
      const trackers = await ctx.providers.paypal.addTracking(paypalOrderId, body, { ...options, departure });
      return { trackers: trackers.length };
    },
  };
}

async function ebay(
  ctx: Context,
  seller: Credential,
  to: string,
  order: Order,
  { trackingNumber, carrier, quantity, shippedAt }: Parcel,
): Promise<NoticeChannel> {
  const number = trackingNumberForEbay(trackingNumber);
  if (number === '') throw new Terminal('EBAY_TRACKING_NUMBER', 'eBay takes letters and digits only');
  const lines = [{ lineItemId: order.externalLineId ?? '', quantity }];
  const options = { signal: ctx.signal };
  return {
    account: seller.accountId,
    environment: seller.environment,
    freeze: () => {
      const body = fulfillmentBody({ lines, shippedAt, carrier: carrierForEbay(carrier), trackingNumber });
      return JSON.stringify({ to, body });
    },
    find: async request => {
      const parcels = await withToken(ctx, seller, token =>
        ctx.providers.ebay.getShippingFulfillments(token, noticeOf(request).to, options),
      );
      const ours = parcels.filter(known => known.lines.some(line => line.lineItemId === order.externalLineId));
      return found(ours.some(known => known.trackingNumber === number));
    },
    send: (request, departure) => {
      const { to: orderId, body } = noticeOf(request);
      return withToken(ctx, seller, token =>
        ctx.providers.ebay.createShippingFulfillment(token, orderId, body, { ...options, departure }),
      );
    },
  };
}

/** A shipment holds one tracking number: the last one reported. */
async function mercadolibre(
  ctx: Context,
  seller: Credential,
  orderId: string,
  { trackingNumber, shippedAt }: Parcel,
): Promise<NoticeChannel> {
  const options = { signal: ctx.signal };
  const api = ctx.providers.mercadolibre;
  const { shippingId: to } = await withToken(ctx, seller, token => api.getOrder(token, orderId, options));
  if (!to) throw new Terminal('NO_SALE_CHANNEL', 'MercadoLibre has no shipment for the order');
  const read = (id: string) => withToken(ctx, seller, token => api.getShipment(token, id, options));
  const { sender } = await read(to);
  if (sender === 'label' || sender === 'marketplace')
    throw new Terminal('LABEL_BY_MARKETPLACE', 'Mercado Envíos tells its buyers itself');
  const trackingUrl = trackingPage(trackingNumber);
  return {
    account: seller.accountId,
    environment: seller.environment,
    freeze: () =>
      JSON.stringify({ to, body: shipNotice({ status: 'shipped', at: shippedAt, trackingNumber, trackingUrl }) }),
    find: async request => found((await read(noticeOf(request).to)).trackingNumber === trackingNumber),
    send: (request, departure) => {
      const { to: shippingId, body } = noticeOf(request);
      return withToken(ctx, seller, token => api.tellShipped(token, shippingId, body, { ...options, departure }));
    },
  };
}
