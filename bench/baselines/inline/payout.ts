import { randomUUID } from 'node:crypto';
import { effectKey, legName } from '../../../domain/effect-key.ts';
import { payoutFee } from '../../../domain/fees.ts';
import type { LegId } from '../../../domain/ids.ts';
import { ledgerEvent } from '../../../domain/ledger-event.ts';
import { equals, formatMoney, subtract } from '../../../domain/money.ts';
import { legPaid } from '../../../domain/postings.ts';
import { departure } from '../../../runtime/send-deadline.ts';
import { keepAcceptance, lockLeg, payLeg, sendLeg } from './payout-statements.ts';
import { arraysOf, nameOf } from './purchase.ts';
import type { Claimed } from './purchase-statements.ts';
import type { Leg } from './sale.ts';
import { OffTheRoad, only, type Surroundings } from './surroundings.ts';
import { sealedLine } from './timeline-line.ts';

/** The payout as PayPal and we call it. */
export type Sent = { readonly reference: string; readonly key: string };

/** Pays one share of the sale, once. */
export async function payOut(surroundings: Surroundings, order: Claimed, leg: Leg): Promise<Sent> {
  const { database, box, paypal, config } = surroundings;
  const key = effectKey('pay', legName(nameOf(order), 1, leg.beneficiary), 1);
  const id = randomUUID();
  const note = `Order ${order.id}`;
  const request = paypal.payoutBody({ batchKey: key, receiver: leg.receiver, amount: leg.amount, note });
  const sealed = box.seal(request, `effects/${id}`);
  const moved = moveOf(surroundings, order, leg, 'PENDING', 'SENT');
  const by = departure();
  await database.transaction(async ask => {
    const account = only(await ask<{ id: string }>(lockLeg, [order.id, leg.id, order.user_id]), 'its leg is lost');
    const { clientId, environment } = config.paypal;
    const effect = [id, clientId, environment, key, sealed];
    const values = [account.id, leg.id, payoutFee.amountMinor, ...effect, ...moved];
    only(await ask(sendLeg, values), 'its worth or the funds forbid the payout');
  });
  const { batchId: reference } = await paypal.createPayout(request, { departure: by });
  const sentence = `payout to ${leg.beneficiary} accepted by PayPal`;
  const line = sealedLine(box, order.id, 'effect', sentence, { key, reference });
  const answer = [id, JSON.stringify({ reference }), reference];
  only(await database.ask(keepAcceptance, [...answer, ...line]), 'its effect was closed elsewhere');
  return { reference, key };
}

/** Books the payout when it has arrived. False when it is still under way: it is to be read again. */
export async function readBack(surroundings: Surroundings, order: Claimed, leg: Leg, sent: Sent): Promise<boolean> {
  const { database, paypal } = surroundings;
  const batch = await paypal.getPayoutBatch(sent.reference, {});
  const [item, ...others] = batch.items;
  if (item?.status === 'PENDING' || (!item && batch.status === 'PENDING')) return false;
  if (!item || others.length > 0 || item.status !== 'SUCCESS' || batch.senderBatchId !== sent.key)
    throw new OffTheRoad(`its payout is ${item?.status ?? batch.status}`);
  if (item.amount && !equals(item.amount, leg.amount)) throw new OffTheRoad('another amount was paid');
  const fee = item.fee ?? batch.fees ?? payoutFee;
  const { beneficiary, holder, amount } = leg;
  const entry = ledgerEvent.legPaid(leg.id as LegId, item.itemId);
  const postings = arraysOf(legPaid({ beneficiary, holder, amount, fee, from: 'paypal' }));
  const back = subtract(payoutFee, fee).amountMinor;
  const moved = moveOf(surroundings, order, leg, 'SENT', 'PAID');
  const values = [leg.id, fee.amountMinor, item.itemId, back, entry, ...postings, ...moved];
  only(await database.ask(payLeg, values), 'its leg is lost before it is booked');
  return true;
}

function moveOf({ box }: Surroundings, order: Claimed, { id, beneficiary, amount }: Leg, from: string, to: string) {
  const sentence = `payout to ${beneficiary}: ${from} → ${to}`;
  const detail = { leg: id, amount: formatMoney(amount), beneficiary, legFrom: from, legTo: to };
  return sealedLine(box, order.id, 'moved', sentence, detail);
}
