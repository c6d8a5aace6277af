import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import type { Holder, OrderState } from '../../../domain/order.ts';
import { setCommissionPercent } from '../../../store/accounts/settings.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { owedFrom } from '../../../store/money/current-account.ts';
import { addRate } from '../../../store/money/fx.ts';
import { balanceOf, ledgerTotals } from '../../../store/money/ledger.ts';
import { findSale } from '../../../store/payouts/sales.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { importFrom, orderToBuy, parkedOf, performWith, placeOnEbay, placeOnMercadoLibre, rows } from '../workbench.ts';

type Leg = { beneficiary: string; amount: string; receiver: string };

describe('create-sale', () => {
  let stage: Stage;
  before(async () => {
    stage = await createStage();
  });
  afterEach(async () => {
    const totals = await stage.store.read(em => ledgerTotals(em));
    expect(totals.map(({ amountMinor }) => amountMinor)).to.satisfy((sums: bigint[]) => sums.every(sum => sum === 0n));
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
  });
  after(() => stage[Symbol.asyncDispose]());

  const legsOf = (id: string) =>
    rows<Leg>(
      stage,
      `select beneficiary, amount_minor::text as amount, receiver from payout_legs where order_id = ? order by beneficiary`,
      [id],
    );
  const saleOf = (id: string) => stage.store.read(em => findSale(em, id as OrderId));
  const balance = async (seller: Seller, currency: 'USD' | 'CLP' = 'USD') =>
    (await stage.store.read(em => balanceOf(em, 'reseller', seller.id, currency))).amountMinor;
  const become = async (id: string, status: OrderState) => expect((await stage.order(id)).status).to.equal(status);

  const bookedFromEbay = async (
    seller: Seller,
    { quantity = 1, totalMinor = 3_999, taxMinor = 0 } = {},
  ): Promise<string> => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const orderId = await placeOnEbay(stage, seller, { lines: [{ goods, quantity, totalMinor, taxMinor }] });
    const [order] = await importFrom(stage, seller, 'ebay', orderId);
    const id = order?.id ?? '';
    await stage.perform('fulfill', id);
    await stage.perform('purchase', id);
    await become(id, 'PURCHASED');
    await stage.perform('create-sale', id);
    return id;
  };

  const bookedFromCheckout = async (
    ...order: Parameters<typeof orderToBuy> extends [Stage, ...infer Rest] ? Rest : never
  ) => {
    const { id } = await orderToBuy(stage, ...order);
    await stage.perform('purchase', id);
    await stage.perform('create-sale', id);
    return id;
  };

  /** What the shipping really costs comes out after the purchase: 29.99 − 32.49 − 1.54. */
  const lossAtCheckout = async (seller: Seller): Promise<string> => {
    const goods = await stage.stockUp(seller);
    await stage.control('products', {
      productId: goods.supplierProductId,
      skus: [{ skuId: goods.skuId, skuAttr: '14:173#Blue', priceMinor: '1250', stock: 5 }],
      shippingFeeMinor: '199',
      actualShippingMinor: '1999',
    });
    return bookedFromCheckout(goods);
  };

  // 39.99 − 14.49 supplier − 5.14 eBay = 20.36 profit: 2.04 commission and 18.32 for the reseller.
  const custody: readonly {
    proceeds: Holder;
    supplier: Holder;
    legs: { admin: string; reseller: string } | undefined;
    owedByReseller: bigint;
  }[] = [
    { proceeds: 'platform', supplier: 'platform', legs: { admin: '204', reseller: '1832' }, owedByReseller: -1_832n },
    { proceeds: 'platform', supplier: 'reseller', legs: { admin: '204', reseller: '3281' }, owedByReseller: -3_281n },
    { proceeds: 'reseller', supplier: 'reseller', legs: undefined, owedByReseller: 204n },
    { proceeds: 'reseller', supplier: 'platform', legs: undefined, owedByReseller: 1_653n },
  ];
  for (const { proceeds, supplier, legs, owedByReseller } of custody)
    it(`shares a sale whose proceeds the ${proceeds} holds and whose supplier the ${supplier} has paid`, async () => {
      const seller = await stage.hireSeller({ proceeds, supplier });
      const id = await bookedFromEbay(seller);
      expect(await saleOf(id)).to.include({
        salePriceMinor: 3_999n,
        supplierCostMinor: 1_449n,
        marketplaceFeeMinor: 514n,
        paymentFeeMinor: 0n,
        grossProfitMinor: 2_036n,
        netProfitMinor: 1_832n,
      });
      expect(await legsOf(id)).to.deep.equal(
        legs
          ? [
              { beneficiary: 'admin', amount: legs.admin, receiver: 'platform@example.com' },
              { beneficiary: 'reseller', amount: legs.reseller, receiver: seller.email },
            ]
          : [],
      );
      expect(await balance(seller)).to.equal(owedByReseller);
      const [commission] = await rows(
        stage,
        `select percent, amount_minor::text as amount, u.role from commissions c join sales s on s.id = c.sale_id
         join admin_commissions a on a.commission_id = c.id join users u on u.id = a.admin_id where s.order_id = ?`,
        [id],
      );
      expect(commission).to.deep.equal({ percent: '10', amount: '204', role: 'admin' });
    });

  it('leaves nothing parked for an order that is booked', async () => {
    const seller = await stage.hireSeller();
    const id = await bookedFromEbay(seller);
    expect(await parkedOf(stage, id)).to.deep.equal([]);
  });

  for (const proceeds of ['platform', 'reseller'] as const)
    it(`keeps the tax that eBay collects out of everybody’s share, proceeds with the ${proceeds}`, async () => {
      const seller = await stage.hireSeller({ proceeds });
      const id = await bookedFromEbay(seller, { taxMinor: 320 });
      expect(await saleOf(id)).to.include({ salePriceMinor: 3_999n, grossProfitMinor: 2_036n });
      const paid = await rows(
        stage,
        `select p.account, p.amount_minor::text as amount from ledger_postings p
         join ledger_transactions t on t.id = p.transaction_id where t.order_id = ? and t.event like 'paid:%' order by p.id`,
        [id],
      );
      expect(paid).to.deep.equal([
        { account: proceeds === 'platform' ? 'cash:ebay' : 'reseller', amount: '3485' },
        { account: 'fees:marketplace', amount: '514' },
        { account: 'tax:collected', amount: '320' },
        { account: 'buyer-payments', amount: '-4319' },
      ]);
      expect(await parkedOf(stage, id)).to.deep.equal([]);
    });

  it('sets what a reseller owes from earlier sales off against their next leg, once', async () => {
    const seller = await stage.hireSeller({ proceeds: 'reseller', supplier: 'reseller' });
    await bookedFromEbay(seller);
    const goods = await stage.stockUp(seller);
    // 29.99 − 14.49 − 1.54 = 13.96 profit: 1.40 commission, 12.56 and the 14.49 that the reseller has laid out.
    const second = await bookedFromCheckout(goods);
    expect(await saleOf(second)).to.include({ setOffMinor: 204n });
    // What is set off is the commission of the earlier sale: it reaches the admin now.
    expect((await legsOf(second)).map(({ amount }) => amount)).to.deep.equal(['344', `${1_256 + 1_449 - 204}`]);
    const third = await bookedFromCheckout(goods);
    expect(await saleOf(third)).to.include({ setOffMinor: 0n });
    expect((await legsOf(third)).map(({ amount }) => amount)).to.deep.equal(['140', `${1_256 + 1_449}`]);
  });

  it('leaves no commission unpaid for ever of a sale whose proceeds the reseller holds', async () => {
    const seller = await stage.hireSeller({ proceeds: 'reseller', supplier: 'platform' });
    const goods = await stage.stockUp(seller);
    const owed = () => stage.store.transaction(em => owedFrom(em, seller.id));
    await bookedFromEbay(seller);
    expect(await owed()).to.deep.equal({ admin: money(-204n, 'USD'), reseller: money(1_653n, 'USD') });
    const legs = [await legsOf(await bookedFromCheckout(goods)), await legsOf(await bookedFromCheckout(goods))];
    expect(legs.map(all => all.map(({ amount }) => amount))).to.deep.equal([['344'], ['140', `${2 * 1_256 - 1_653}`]]);
    expect(await owed()).to.deep.equal({ admin: money(0n, 'USD'), reseller: money(0n, 'USD') });
  });

  it('pays a reseller who has paid the supplier the proceeds, although the sale has lost money', async () => {
    const seller = await stage.hireSeller({ supplier: 'reseller' });
    const id = await lossAtCheckout(seller);
    // 32.49 laid out, 28.45 brought in: 4.04 are lost, and nobody has a commission on that.
    expect(await saleOf(id)).to.include({ grossProfitMinor: -404n });
    expect(await legsOf(id)).to.deep.equal([{ beneficiary: 'reseller', amount: '2845', receiver: seller.email }]);
    expect(await stage.store.transaction(em => owedFrom(em, seller.id))).to.deep.equal({
      admin: money(0n, 'USD'),
      reseller: money(0n, 'USD'),
    });
  });

  it('pays no leg of a reseller who owes more than it', async () => {
    const seller = await stage.hireSeller({ proceeds: 'reseller', supplier: 'platform' });
    await bookedFromEbay(seller);
    const second = await bookedFromCheckout(await stage.stockUp(seller));
    expect(await saleOf(second)).to.include({ setOffMinor: 1_256n });
    expect((await legsOf(second)).map(({ beneficiary }) => beneficiary)).to.deep.equal(['admin']);
  });

  it('books a loss that the real shipping costs made, without commission and without legs', async () => {
    const seller = await stage.hireSeller();
    const id = await lossAtCheckout(seller);
    await become(id, 'PURCHASED');
    expect(await saleOf(id)).to.include({ grossProfitMinor: -404n, netProfitMinor: -404n });
    expect(await legsOf(id)).to.deep.equal([]);
    expect(await balance(seller)).to.equal(404n);
  });

  it('tells by how much the sale turned out better or worse than what was accepted', async () => {
    const id = await bookedFromEbay(await stage.hireSeller());
    // At most 17.00 were allowed, 14.49 were charged.
    expect(await saleOf(id)).to.include({ expectedProfitMinor: 1_785n, grossProfitMinor: 2_036n });
  });

  it('books three pieces at the price of three', async () => {
    const id = await bookedFromEbay(await stage.hireSeller(), { quantity: 3, totalMinor: 8_997 });
    expect(await saleOf(id)).to.include({
      salePriceMinor: 8_997n,
      supplierCostMinor: 3_949n,
      grossProfitMinor: 3_892n,
    });
  });

  it('takes the commission that the platform has set', async () => {
    await stage.store.transaction(em => setCommissionPercent(em, '12.5'));
    const id = await bookedFromEbay(await stage.hireSeller());
    await stage.store.transaction(em => setCommissionPercent(em, '10'));
    // 12.5 % of 20.36 is 2.545: half a cent is rounded up.
    expect((await legsOf(id)).map(({ amount }) => amount)).to.deep.equal(['255', '1781']);
  });

  for (const proceeds of ['platform', 'reseller'] as const)
    it(`converts a sale in pesos at the rate that was frozen, proceeds with the ${proceeds}`, async () => {
      const rate = { base: 'USD', quote: 'CLP', source: 'test' } as const;
      await stage.store.transaction(em => addRate(em, { ...rate, rate: '941.35', asOf: new Date() }));
      const seller = await stage.hireSeller({ proceeds });
      const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre', price: money(34_990n, 'CLP') });
      const sale = { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
      const orderId = await placeOnMercadoLibre(stage, seller, sale);
      const [order] = await importFrom(stage, seller, 'mercadolibre', orderId);
      const id = order?.id ?? '';
      await stage.perform('fulfill', id);
      // The rate moves afterwards.
      await stage.store.transaction(em => addRate(em, { ...rate, rate: '500', asOf: new Date() }));
      await stage.perform('purchase', id);
      const [placed] = await rows<{ number: string }>(stage, 'select number from supplier_orders where order_id = ?', [
        id,
      ]);
      await stage.control('pay', { number: placed?.number });
      await stage.perform('purchase', id);
      await stage.perform('create-sale', id);
      expect(await saleOf(id)).to.include({
        salePriceMinor: 3_717n,
        marketplaceFeeMinor: 517n,
        grossProfitMinor: 1_751n,
      });
      if (proceeds === 'platform') {
        expect((await legsOf(id)).map(({ amount }) => amount)).to.deep.equal(['175', '1576']);
        expect(await balance(seller)).to.equal(-1_576n);
      } else {
        expect(await legsOf(id)).to.deep.equal([]);
        expect(await balance(seller)).to.equal(175n + 1_449n);
      }
      expect(await balance(seller, 'CLP')).to.equal(0n);
    });

  it('does nothing the second time', async () => {
    const id = await bookedFromEbay(await stage.hireSeller());
    stage.jobs.length = 0;
    expect(await stage.perform('create-sale', id)).to.match(/^nothing to do/);
    expect(await legsOf(id)).to.have.length(2);
    expect(stage.jobs).to.deep.equal([]);
  });

  it('does nothing when its sale stands, also when the order’s row has forgotten that', async () => {
    const id = await bookedFromEbay(await stage.hireSeller());
    await rows(stage, 'update orders set sale_booked_at = null where id = ?', [id]);
    expect(await stage.perform('create-sale', id)).to.equal('nothing to do: the sale is booked');
    expect(await legsOf(id)).to.have.length(2);
  });

  it('books once when several runs are at it together', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
    await stage.perform('purchase', id);
    await Promise.all(Array.from({ length: 4 }, () => stage.perform('create-sale', id)));
    await stage.perform('create-sale', id);
    expect(await legsOf(id)).to.have.length(2);
  });

  it('holds the legs back for as many days as the platform has set', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
    await stage.perform('purchase', id);
    const now = new Date();
    await performWith(stage, { now, config: { payoutHoldDays: 14 } }, 'create-sale', id);
    const days = await rows<{ days: number }>(
      stage,
      `select extract(epoch from not_before - ?::timestamptz)::float / 86400 as days from payout_legs where order_id = ?`,
      [now, id],
    );
    expect(days).to.have.length(2);
    for (const row of days) expect(row.days).to.be.closeTo(14, 0.001); // the clock goes on while the sale is booked
  });
});
