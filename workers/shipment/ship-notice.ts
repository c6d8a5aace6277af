import type { Failure } from '../../domain/call-outcome.ts';
import { dayMs } from '../../domain/durations.ts';
import { effectKey } from '../../domain/effect-key.ts';
import type { Topic } from '../../domain/timeline.ts';
import { askedInThisRun } from '../../store/effects/intent.ts';
import type { Order, Parcel } from '../../store/entities/order.ts';
import { assertClaim } from '../../store/orders/orders.ts';
import { nameOfParcel } from '../../store/orders/outside-names.ts';
import { markTold, refuseNotice, untoldParcels } from '../../store/orders/parcels.ts';
import { note, noteOnce } from '../../store/orders/timeline.ts';
import { once } from '../../store/send-once.ts';
import { type Context, onceContext } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';
import { noticeChannel } from './notice-channel.ts';

/** The channels show reported parcels for longer than this, and an older tracking number is of no use any more. */
const resendForMs = 29 * dayMs;
/** After this long a person must enter the parcel at its channel by hand. */
const giveUpAfterMs = 14 * dayMs;

/**
 * Reports every parcel that the sale channel does not know, each once. A failure with one parcel stops neither the
 * others nor the order. @returns how many parcels are still to be reported
 */
export async function tellParcels(ctx: Context, order: Order): Promise<number> {
  const parcels = await ctx.store.read(em => untoldParcels(em, order.id));
  const open = [];
  for (const parcel of parcels) if (await isLeft(ctx, order, parcel)) open.push(parcel);
  return open.length;
}

async function isLeft(ctx: Context, order: Order, parcel: Parcel): Promise<boolean> {
  try {
    await tell(ctx, order, parcel);
    return false;
  } catch (error) {
    const { failure, isFinal } = whyNotTold(error);
    const late = ctx.now().getTime() - parcel.firstSeenAt.getTime() > giveUpAfterMs;
    if (isFinal || late) await giveUp(ctx, order, parcel, failure.code, failure.message);
    else
      await ctx.store.transaction(em =>
        noteOnce(em, order.id, topic(parcel, failure.code), notYet(order, parcel, failure.message)),
      );
    return !isFinal && !late;
  }
}

/** `isFinal`: the parcel is not reported again. @throws errors of our own side, not the channel's */
function whyNotTold(error: unknown): { failure: Failure; isFinal: boolean } {
  const meaning = meaningOf(error);
  switch (meaning.kind) {
    case 'refused':
    case 'unproven':
      return { failure: meaning.error, isFinal: true };
    case 'not-now':
    case 'unreadable':
    case 'reconnect':
    case 'not-permitted':
    case 'retry':
    case 'uncertain':
      return { failure: meaning.error, isFinal: false };
    case 'lost':
    case 'database-away':
    case 'bug':
      throw error;
  }
}

const topic = ({ id }: Parcel, code: string): Topic => `ship-notice-${id}-${code}`;
const notYet = ({ channel }: Order, { trackingNumber }: Parcel, why: string): string =>
  `${channel} does not know of parcel ${trackingNumber} yet, and is told again: ${why}`;

async function tell(ctx: Context, order: Order, parcel: Parcel): Promise<void> {
  const channel = await noticeChannel(ctx, order, parcel);
  await once(onceContext(ctx), {
    purpose: 'ship-notice',
    subject: parcel.id,
    route: order.channel,
    account: channel.account,
    environment: channel.environment,
    keyFor: async (em, number) => effectKey('ship-notice', await nameOfParcel(em, order, parcel), number),
    freeze: channel.freeze,
    resendForMs,
    // eBay makes two parcels of a notice that is sent twice; the other channels promise nothing.
    deduplicates: false,
    // This run has just read which parcels are unreported, and that the channel accepts them.
    mayStillLeave: askedInThisRun,
    assertOwner: em => assertClaim(em, order),
    find: effect => channel.find(effect.request),
    send: (effect, departure) => channel.send(effect.request, departure),
    record: async (em, _told, effect) => {
      await markTold(em, parcel.id, ctx.now());
      const { trackingNumber, carrier } = parcel;
      const key = effect.idempotencyKey;
      await note(em, order.id, 'effect', `${order.channel} was told of parcel ${trackingNumber} (${carrier})`, { key });
    },
  });
}

async function giveUp(ctx: Context, order: Order, parcel: Parcel, code: string, why: string): Promise<void> {
  const { channel } = order;
  await ctx.store.transaction(async em => {
    await refuseNotice(em, parcel.id, code);
    const text = `${channel} was not told of parcel ${parcel.trackingNumber} (${parcel.carrier}): ${why}. Enter it there by hand.`;
    await note(em, order.id, 'noted', text, { code });
  });
  ctx.log.error({ orderId: order.id, channel, code }, 'a sale channel was not told of a parcel');
}
