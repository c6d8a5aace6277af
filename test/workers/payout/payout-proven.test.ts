/** Covers: workers/payout/sent-before.ts. */
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { findLeg } from '../../../store/payouts/legs.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { tell } from '../events/paypal-news.ts';
import { readyEffects } from '../ready-effects.ts';
import { fromNow, intentsOf, performWith } from '../workbench.ts';
import { legBecomes, openPayouts } from './paying-out.ts';

const monthsMs = 60 * 86_400_000;

describe('a payout whose answer was lost', () => {
  let stage: Stage;
  let seller: Seller;
  let id: string;
  before(async () => {
    stage = await openPayouts();
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  beforeEach(async () => {
    id = await readyEffects(stage, seller).legOf(seller);
    await stage.control('faults', { provider: 'paypal', operation: 'create-payout', kind: 'drop-reply', times: 1 });
    expect(await stage.perform('payout', id)).to.match(/^uncertain/);
  });

  const sent = async () => {
    const payout = (await stage.effects('payout')).find(({ key }) => key.startsWith(`leg-${id}`));
    const [intent] = await intentsOf(stage, 'pay', id);
    return { batch: String(payout?.detail.batchId), key: intent?.idempotencyKey ?? '' };
  };
  const news = (key: string, batch: string) =>
    tell(stage, 'PAYMENT.PAYOUTS-ITEM.SUCCEEDED', {
      payout_batch_id: batch,
      sender_batch_id: key,
      transaction_status: 'SUCCESS',
    });
  const paid = () => legBecomes(stage, id, 'PAID');
  const timesPaid = async () => (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`)).length;

  it('is proven by PayPal’s own news, without being sent again', async () => {
    const { batch, key } = await sent();
    await news(key, batch);
    expect((await intentsOf(stage, 'pay', id)).at(-1)).to.include({ status: 'DONE', sends: 1 });
    await paid();
    expect(await timesPaid()).to.equal(1);
  });

  it('is no person’s any more once PayPal tells of it', async () => {
    await performWith(stage, { now: fromNow(monthsMs) }, 'payout', id);
    expect(await stage.store.read(em => findLeg(em, id as LegId))).to.include({
      status: 'NEEDS_REVIEW',
      reason: 'EFFECT_UNPROVEN',
    });
    const { batch, key } = await sent();
    await news(key, batch);
    await paid();
    expect(await timesPaid()).to.equal(1);
  });

  it('is not proven by news that names another payout’s batch', async () => {
    const { key } = await sent();
    const other = await readyEffects(stage, seller).legOf(seller);
    await stage.perform('payout', other);
    const theirs = (await stage.effects('payout')).find(payout => payout.key.startsWith(`leg-${other}`));
    await news(key, String(theirs?.detail.batchId));
    expect((await intentsOf(stage, 'pay', id)).at(-1)).to.include({ status: 'OPEN' });
  });
});
