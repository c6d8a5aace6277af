import { buyAtCheckout, fillCart, pay } from '../demo/buyers.ts';
import { settled } from '../demo/scenario.ts';
import type { Wares } from '../demo/stage.ts';
import type { StormStage } from './regulars.ts';
import { onceCaptured, seen, sellAndPayOut } from './scenarios/sold.ts';
import type { Expected } from './send.ts';
import type { StormSystem } from './system.ts';

const other = { clientId: 'another-account', clientSecret: 'another-secret', webhookId: 'WH-ANOTHER-ACCOUNT' };
const plentyMinor = '100000000';
const partMinor = 500;
/** Longer than it takes to enter keys and to start the processes again. */
const payoutsTakeMs = 20_000;
const payoutsTakeMsUsually = 200;

export const ordersAtAccounts = 7;

/**
 * An admin enters the keys of another PayPal account while orders of the first are on their way, and takes them back
 * while orders of the second are. All must end as if nothing had been changed: captures, payouts and refunds are followed
 * at the account where they happened, and an order that its buyer approved at one is not captured at the other.
 */
export async function changeAccounts(stage: StormStage, stormed: StormSystem): Promise<Expected[]> {
  const { sandbox, admin } = stage;
  await sandbox('POST', '/paypal-accounts', other);
  await sandbox('POST', '/balance', {
    provider: 'paypal',
    account: other.clientId,
    currency: 'USD',
    amountMinor: plentyMinor,
  });
  const seller = await stage.hireReseller({ name: 'accounts', sellsOnce: true });
  const wares = await stage.stockUp(seller);

  const first = await leaveOnTheWay(stage, wares);
  const approved = await fillCart(stage, wares);
  await admin('PUT', '/api/admin/providers/paypal', other);
  await startAgain(stormed);
  await pay(stage, approved);
  await giveBackPart(stage, first.settled.captureId);

  const second = await leaveOnTheWay(stage, wares);
  await admin('DELETE', '/api/admin/providers/paypal');
  await startAgain(stormed);
  await sandbox('POST', '/settings', { payoutSettleMs: payoutsTakeMsUsually });
  // The buyer, who was not charged, comes back.
  await pay(stage, approved);
  await giveBackPart(stage, second.settled.captureId);
  return [
    ...endingsOf('the first account', first),
    ...endingsOf('the second account', second),
    { scenario: 'the first account: approved', ending: settled({ id: approved.orderId }) },
  ];
}

type OnTheWay = Awaited<ReturnType<typeof leaveOnTheWay>>;

/** Three orders at the present account: settled, with payouts that were sent, and with a capture that is unanswered. */
async function leaveOnTheWay(stage: StormStage, wares: Wares) {
  await stage.sandbox('POST', '/settings', { payoutSettleMs: payoutsTakeMsUsually });
  const settledOne = await sellAndPayOut(stage, 'accounts-settled');
  await stage.sandbox('POST', '/settings', { payoutSettleMs: payoutsTakeMs });
  const paidOut = await buyAtCheckout(stage, wares);
  await seen(stage, paidOut.id, 'both payouts are sent', ({ legs }) => legs.length === 2 && legs.every(isSent));
  await stage.sandbox('POST', '/faults', { provider: 'paypal', operation: 'capture', kind: 'drop-reply', times: 1 });
  const unanswered = await buyAtCheckout(stage, wares);
  await onceCaptured(stage, unanswered.id);
  return { settled: settledOne, paidOut, unanswered };
}

const isSent = ({ status }: { status: string }): boolean => status === 'SENT' || status === 'PAID';

const giveBackPart = (stage: StormStage, captureId: string) =>
  stage.sandbox('POST', '/refund', { captureId, amountMinor: `${partMinor}` });

async function startAgain({ programs }: StormSystem): Promise<void> {
  const all = Object.values(programs);
  await Promise.all(all.map(program => program.stop()));
  await Promise.all(all.map(program => program.restart()));
}

const endingsOf = (at: string, { settled: whole, paidOut, unanswered }: OnTheWay): Expected[] => [
  { scenario: `${at}: refunded in part`, ending: settled({ id: whole.id }, { refunds: [partMinor] }) },
  { scenario: `${at}: payouts that were sent`, ending: settled(paidOut) },
  { scenario: `${at}: an unanswered capture`, ending: settled(unanswered) },
];
