import { refundStateOf } from '../../providers/paypal/to-domain.ts';
import { keepContradiction } from '../../store/contradictions.ts';
import { givenUpEffect } from '../../store/effects/effects.ts';
import { atAccount } from '../connections/own-account.ts';
import type { Context } from '../context/context.ts';
import { type ReadEvent, text } from './event-fields.ts';

/**
 * Handles news of a refund whose effect was given up: reads it back, and keeps a contradiction where it happened. The
 * refunded money itself is booked like any other refund, by PayPal's refund id.
 */
export async function lateRefund(ctx: Context, { resource }: ReadEvent): Promise<void> {
  const [id, idempotencyKey] = [text(resource, 'id'), text(resource, 'custom_id')];
  if (!id || !idempotencyKey) return;
  const effect = await ctx.store.read(em => givenUpEffect(em, 'refund', idempotencyKey));
  if (!effect) return;
  const { status } = await atAccount(ctx, 'paypal', effect.account).providers.paypal.getRefund(id, {
    signal: ctx.signal,
  });
  if (refundStateOf(status) === 'FAILED') return;
  await ctx.store.transaction(em => keepContradiction(em, effect, { reference: id, status }));
}
