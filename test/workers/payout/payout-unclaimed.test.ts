/** Covers: transactions/cancel-payout.ts, workers/payout/apply-status.ts. */
import { expect } from 'chai';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import { freeFunds } from '../../../store/money/funding.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { readyEffects } from '../ready-effects.ts';
import { reservationsOf, rows } from '../workbench.ts';
import { legBecomesInTheEnd, openPayouts } from './paying-out.ts';

/** 12.56 for the reseller, and 0.25 that PayPal keeps. */
describe('a payout that nobody claims', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await openPayouts();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'UNCLAIMED' });
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  const becomes = (id: string, status: PayoutLeg['status']) => legBecomesInTheEnd(stage, id, status);
  const unclaimed = async () => {
    const id = await readyEffects(stage, seller).legOf(seller);
    await becomes(id, 'UNCLAIMED');
    return id;
  };
  const states = async (id: string) => (await reservationsOf(stage, id)).map(({ status }) => status);
  const move = async (id: string, itemStatus: string) => {
    const [sent] = (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`));
    await stage.control('payout-status', { provider: 'paypal', itemId: sent?.reference, itemStatus });
  };
  /** PayPal reports what it has now; nothing that left before counts beside it. */
  const reportNow = async () =>
    rows(
      stage,
      `update funding_accounts set available_minor = 500000, as_of = now() + interval '1 day' where owner_id is null`,
    );
  const free = async () => (await stage.store.read(em => freeFunds(em, null)))?.amountMinor;

  it('is no money that is still to leave: the balance without it is all free', async () => {
    const id = await unclaimed();
    expect(await states(id)).to.deep.equal(['CONSUMED']);
    await reportNow();
    expect(await free()).to.equal(500_000n);
  });

  it('was held before it was accepted, also where an older version has left it so', async () => {
    const id = await unclaimed();
    await rows(stage, `update reservations set status = 'HELD', closed_at = null where subject = ?`, [id]);
    expect(await stage.perform('payout', id)).to.equal('still unclaimed');
    expect(await states(id)).to.deep.equal(['CONSUMED']);
  });

  it('is given back when it returns', async () => {
    const id = await unclaimed();
    await move(id, 'RETURNED');
    await becomes(id, 'RETURNED');
    expect(await states(id)).to.deep.equal(['RELEASED']);
  });

  it('costs what it cost, when it is claimed after all', async () => {
    const id = await unclaimed();
    await move(id, 'SUCCESS');
    await becomes(id, 'PAID');
    expect((await reservationsOf(stage, id)).map(({ status, amount }) => [status, amount])).to.deep.equal([
      ['CONSUMED', '1281'],
    ]);
  });
});
