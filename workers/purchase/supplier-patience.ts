/**
 * What a supplier may fail to report although money has moved, and how long we wait for each before a person looks.
 */
import { hourMs } from '../../domain/durations.ts';
import type { Topic } from '../../domain/timeline.ts';
import type { Order } from '../../store/entities/order.ts';
import { notedAt, noteOnce } from '../../store/orders/timeline.ts';
import type { Context } from '../context/context.ts';

const patienceMs = {
  /** AliExpress examines a payment for a day as a rule. */
  'that the payment is accepted': 72 * hourMs,
  'what was charged': 24 * hourMs,
  'a tracking number': 5 * 24 * hourMs,
} as const;

/**
 * Whether the order has waited too long for something, since it was first missed in this state of the order.
 * @param text the timeline's entry for the first time
 */
export async function waitedTooLong(
  { store, now }: Context,
  { id, stateEntry }: Order,
  what: keyof typeof patienceMs,
  text: string,
): Promise<boolean> {
  const topic: Topic = `waits for ${what}/${stateEntry}`;
  const since = await store.transaction(async em => {
    await noteOnce(em, id, topic, text);
    return notedAt(em, id, topic);
  });
  return since !== null && now().getTime() - since.getTime() >= patienceMs[what];
}
