import { expect } from 'chai';
import { ledgerTotals } from '../../store/ledger.ts';
import { changeSettings } from '../../store/users.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';

describe('refund', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
  });
  after(() => stage[Symbol.asyncDispose]());

  const failedOrder = async () => {
    const order = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    return order.id;
  };
  const refundsOf = async (orderId: string) =>
    (await stage.effects('refund')).filter(({ detail }) => detail.customId === orderId);
  const balanced = async () =>
    expect((await stage.store.read(em => ledgerTotals(em))).every(({ amountMinor }) => amountMinor === 0n)).to.equal(
      true,
    );

  it('gives the whole payment back when the purchase is finally impossible and the policy is automatic', async () => {
    const id = await failedOrder();
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect((await refundsOf(id)).map(({ amountMinor }) => amountMinor)).to.deep.equal(['2999']);
    await balanced();
  });

  it('asks first by default: the order stays FAILED', async () => {
    const cautious = await stage.hireSeller();
    const order = await stage.paidOrder(await stage.stockUp(cautious, { stock: 0 }));
    await stage.drain();
    expect((await stage.order(order.id)).status).to.equal('FAILED');
    expect(await refundsOf(order.id)).to.deep.equal([]);
  });

  it('finds a refund whose answer was lost, and refunds once', async () => {
    const id = await failedOrder();
    await stage.control('faults', { provider: 'paypal', operation: 'refund', kind: 'drop-reply', times: 1 });
    await stage.drain();
    expect((await stage.order(id)).status).to.equal('REFUNDING');
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('REFUNDED');
    expect(await refundsOf(id)).to.have.length(1);
  });
});
