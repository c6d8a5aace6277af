import { keepContradiction } from '../../store/contradictions.ts';
import { givenUpEffect } from '../../store/effects/effects.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { type ReadEvent, text } from './event-fields.ts';

/** PayPal's words for a refund that gave nothing back. */
const nothingBack: readonly string[] = ['FAILED', 'CANCELLED'];

/**
 * PayPal tells of a refund under a key of ours that was given up: it is read, and kept as a contradiction where it
 * happened. Its money is booked like everybody's, by its number.
 */
export async function lateRefund(ctx: Context, { resource }: ReadEvent): Promise<void> {
  const [id, idempotencyKey] = [text(resource, 'id'), text(resource, 'custom_id')];
  if (!id || !idempotencyKey) return;
  const effect = await ctx.store.read(em => givenUpEffect(em, 'refund', idempotencyKey));
  if (!effect) return;
  const { status } = await atAccount(ctx, 'paypal', effect.account).providers.paypal.getRefund(id, {
    signal: ctx.signal,
  });
  if (nothingBack.includes(status)) return;
  await ctx.store.transaction(em => keepContradiction(em, effect, { reference: id, status }));
}
