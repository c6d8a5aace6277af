/** Covers: store/money/current-account.ts, store/payouts/sales.ts. */
import { expect } from 'chai';
import type { UserId } from '../../../domain/ids.ts';
import { type Money, zero } from '../../../domain/money.ts';
import type { Custody } from '../../../domain/order.ts';
import { buyerPaid, legPaid, saleBooked, supplierPaid } from '../../../domain/postings.ts';
import { type Legs, legsOf, profitOf } from '../../../domain/profit.ts';
import { PayoutLeg } from '../../../store/entities/money.ts';
import { creditOf, owedFrom } from '../../../store/money/current-account.ts';
import { post } from '../../../store/money/ledger.ts';
import { claimLeg, legAmount, moveLeg } from '../../../store/payouts/legs.ts';
import { addLeg, addSale } from '../../../store/payouts/sales.ts';
import { usd } from '../../support/money.ts';
import { insertOrder, insertUser, openTestStore, type TestStore } from '../fixtures.ts';

const gross = usd(2_999n);
const fees = { marketplaceFee: zero('USD'), paymentFee: usd(154n) };
const collectedTax = usd(185n);
const cost = usd(1_449n);

const ours: Custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' };
const theirs: Custody = { proceedsHeldBy: 'reseller', supplierPaidBy: 'reseller' };
const theirsOurs: Custody = { proceedsHeldBy: 'reseller', supplierPaidBy: 'platform' };

describe('what a reseller owes', () => {
  let db: TestStore;
  let reseller: UserId;
  let admin: UserId;
  before(async () => {
    db = await openTestStore(10);
  });
  after(() => db[Symbol.asyncDispose]());
  beforeEach(async () => {
    [reseller, admin] = await db.store.transaction(async em => [await insertUser(em), await insertUser(em, 'admin')]);
  });

  /** What the workers do between the capture and the booking, and the booking itself. */
  const pay = (custody: Custody) =>
    db.store.transaction(async em => {
      const order = await insertOrder(em, { userId: reseller, status: 'PURCHASED', custody });
      const paid = buyerPaid({ channel: 'ebay', custody, reseller, gross, fees, collectedTax });
      await post(em, { source: 'test', event: `paid:${order.id}`, orderId: order.id, postings: paid });
      const bought = supplierPaid({ custody, reseller, cost });
      await post(em, { source: 'test', event: `bought:${order.id}`, orderId: order.id, postings: bought });
      return order;
    });

  const book = (order: Awaited<ReturnType<typeof pay>>, custody: Custody): Promise<Legs> =>
    db.store.transaction(async em => {
      const profit = profitOf({ salePrice: gross, ...fees, supplierCost: cost }, '10');
      const legs = legsOf(custody, { ...profit, supplierCost: cost }, await owedFrom(em, reseller));
      const sale = await addSale(em, {
        orderId: order.id,
        userId: reseller,
        adminId: admin,
        salePrice: gross,
        supplierCost: cost,
        fees,
        profit,
        expectedProfit: profit.grossProfit,
        setOff: legs.setOff,
        commissionPercent: '10',
      });
      const parties = { custody, reseller, admin };
      const postings = saleBooked({ ...parties, gross, fees, collectedTax, supplierCost: cost, profit });
      await post(em, { source: 'test', event: `booked:${order.id}`, orderId: order.id, postings });
      const leg = {
        saleId: sale.id,
        orderId: order.id,
        route: 'paypal',
        receiver: 'x@example.com',
        notBefore: new Date(),
      } as const;
      if (legs.reseller.amountMinor > 0n)
        await addLeg(em, { ...leg, beneficiary: 'reseller', userId: reseller, amount: legs.reseller });
      if (legs.admin.amountMinor > 0n)
        await addLeg(em, { ...leg, beneficiary: 'admin', userId: admin, amount: legs.admin });
      return legs;
    });

  const sell = async (custody: Custody): Promise<Legs> => book(await pay(custody), custody);

  const payOut = () =>
    db.store.transaction(async em => {
      for (const { id } of await em.find(PayoutLeg, { userId: reseller, status: 'PENDING' })) {
        const leg = (await claimLeg(em, id, ['PENDING']))!;
        await moveLeg(em, leg, 'SENT');
        await moveLeg(em, leg, 'PAID');
        const postings = legPaid({
          beneficiary: 'reseller',
          holder: reseller,
          amount: legAmount(leg),
          fee: zero('USD'),
        });
        await post(em, { source: 'test', event: `leg:${id}:1`, orderId: leg.orderId, postings });
      }
    });

  const owed = (): Promise<Money> => db.store.transaction(async em => (await owedFrom(em, reseller)).reseller);
  const credit = (): Promise<Money> => db.store.read(em => creditOf(em, reseller, 'reseller'));

  it('is nothing before anything was sold', async () => {
    expect(await owed()).to.deep.equal(usd(0n));
  });

  it('is nothing by sales whose proceeds the platform holds, before and after their legs are paid', async () => {
    expect((await sell(ours)).reseller).to.deep.equal(usd(1_256n));
    expect([await owed(), await credit()]).to.deep.equal([usd(0n), usd(1_256n)]);
    await payOut();
    expect([await owed(), await credit()]).to.deep.equal([usd(0n), usd(0n)]);
  });

  it('is the commission, and the goods that the platform bought, of sales whose proceeds they hold', async () => {
    await sell(theirs);
    expect([await owed(), await credit()]).to.deep.equal([usd(140n), usd(-140n)]);
    await sell(theirsOurs);
    expect(await owed()).to.deep.equal(usd(140n + 140n + 1_449n));
  });

  it('does not count a sale that is not booked yet: neither proceeds that reached them nor goods they paid for', async () => {
    const order = await pay(theirs);
    expect(await owed()).to.deep.equal(usd(0n));
    await book(order, theirs);
    expect(await owed()).to.deep.equal(usd(140n));
  });

  it('is set off against their next leg, and is gone then', async () => {
    await sell(theirs);
    const legs = await sell(ours);
    expect(legs).to.deep.equal({ admin: usd(280n), reseller: usd(1_116n), setOff: usd(140n) });
    expect(await owed()).to.deep.equal(usd(0n));
    await payOut();
    expect([await owed(), await credit()]).to.deep.equal([usd(0n), usd(0n)]);
  });

  it('is set off piece by piece when one leg is not enough', async () => {
    for (let sale = 0; sale < 2; sale += 1) await sell(theirsOurs);
    const debt = 2n * 1_589n;
    expect((await sell(ours)).setOff).to.deep.equal(usd(1_256n));
    expect(await owed()).to.deep.equal(usd(debt - 1_256n));
    expect((await sell(ours)).setOff).to.deep.equal(usd(1_256n));
    expect((await sell(ours)).setOff).to.deep.equal(usd(debt - 2_512n));
    expect(await owed()).to.deep.equal(usd(0n));
    expect((await sell(ours)).setOff).to.deep.equal(usd(0n));
  });

  it('is set off once, although six sales are booked at the same moment', async () => {
    await sell(theirsOurs);
    const orders = [];
    for (let sale = 0; sale < 6; sale += 1) orders.push(await pay(ours));
    const legs = await Promise.all(orders.map(order => book(order, ours)));
    const setOff = legs.reduce((total, leg) => total + leg.setOff.amountMinor, 0n);
    expect(setOff).to.equal(1_589n);
    expect(await owed()).to.deep.equal(usd(0n));
    await payOut();
    expect([await owed(), await credit()]).to.deep.equal([usd(0n), usd(0n)]);
  });

  it('is one’s own: another reseller’s debt is not set off', async () => {
    await sell(theirsOurs);
    const debtor = reseller;
    reseller = await db.store.transaction(em => insertUser(em));
    expect((await sell(ours)).setOff).to.deep.equal(usd(0n));
    reseller = debtor;
    expect(await owed()).to.deep.equal(usd(1_589n));
  });
});
