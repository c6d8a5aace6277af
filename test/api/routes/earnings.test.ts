import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { addRate } from '../../../store/money/fx.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { claimOrder } from '../../../store/orders/orders.ts';
import { settleRefund } from '../../../transactions/settle-refund.ts';
import { payLegs } from '../../workers/payout/paying-out.ts';
import { importFrom, placeOnMercadoLibre } from '../../workers/workbench.ts';
import { type Api, type Json, type Member, openApi } from '../open-api.ts';

const today = new Date().toISOString().slice(0, 10);
/** The amounts of a view, without their currency. */
const texts = (view: Json): Record<string, string> =>
  Object.fromEntries(
    Object.entries(view).flatMap(([name, value]) =>
      typeof value === 'object' ? [[name, (value as { text: string }).text]] : [],
    ),
  );

describe('api: what a reseller has earned, and is owed', () => {
  let api: Api;
  let mia: Member;
  beforeEach(async () => {
    api = await openApi();
    await api.stage.control('settings', { payoutSettleMs: 1 });
    mia = await api.hire();
  });
  afterEach(async () => {
    const found = await api.stage.store.read(em => checkLedger(em));
    await api[Symbol.asyncDispose]();
    expect(found).to.deep.equal([]);
  });

  const read = async (path: string, as: Json = mia) => (await api.call('GET', `/api/${path}`, { as })).json;
  const balance = async (as: Member = mia) => (await read('balance', as)).balances.map(texts);

  /** 29.99 − 14.49 − 1.54 = 13.96: 1.40 for the platform, 12.56 for the reseller. */
  const sold = async (seller: Member = mia): Promise<OrderId> => {
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
    return id;
  };
  const refund = (id: OrderId, minor: bigint) =>
    api.stage.store.transaction(async em => {
      const order = await claimOrder(em, id, ['PURCHASED']);
      const [payment] = await paymentsOf(em, id);
      if (!order || !payment) throw new Error('nothing was bought');
      const news = { reference: `R-${id}`, kind: 'refund', status: 'COMPLETED', amount: money(minor, 'USD') } as const;
      await settleRefund(em, order, payment, news);
    });
  const put = (sql: string, id: string) => api.rows(sql, [id]);

  const zero = '0.00 USD';
  const nothing = { owedToYou: zero, onItsWay: zero, frozen: zero, youOwe: zero };

  it('says where the reseller’s money is: owed, on its way, frozen, or theirs to give back', async () => {
    expect(await balance()).to.deep.equal([]);
    const id = await sold();
    expect(await balance()).to.deep.equal([{ ...nothing, owedToYou: '12.56 USD' }]);
    await put(`update orders set frozen_for = 'DISPUTE' where id = ?`, id);
    expect(await balance()).to.deep.equal([{ ...nothing, frozen: '12.56 USD' }]);
    await put('update orders set frozen_for = null where id = ?', id);
    for (const status of ['SENT', 'UNCLAIMED']) {
      await put(`update payout_legs set status = '${status}' where order_id = ? and beneficiary = 'reseller'`, id);
      expect(await balance(), status).to.deep.equal([{ ...nothing, onItsWay: '12.56 USD' }]);
    }
    await put(`update payout_legs set status = 'RETURNED' where order_id = ? and beneficiary = 'reseller'`, id);
    expect(await balance()).to.deep.equal([{ ...nothing, owedToYou: '12.56 USD' }]);
    await put(`update payout_legs set status = 'PENDING' where order_id = ?`, id);
    await payLegs(api.stage, id);
    expect(await balance()).to.deep.equal([nothing]);
    await refund(id, 500n);
    expect(await balance()).to.deep.equal([{ ...nothing, youOwe: '4.50 USD' }]);
    await sold();
    expect(await balance()).to.deep.equal([{ ...nothing, owedToYou: '8.06 USD' }]);
  });

  it('does not count money of orders that are not booked', async () => {
    const joe = await api.hire({ proceeds: 'reseller', supplier: 'reseller' });
    const { id } = await api.stage.paidOrder(await api.stage.stockUp(joe));
    for (const queue of ['fulfill', 'purchase'] as const) await api.stage.perform(queue, id);
    expect(await balance(joe)).to.deep.equal([]);
  });

  it('says what sales have brought and who had what of it, by day, and nothing of anybody else’s', async () => {
    await sold();
    await refund(await sold(), 500n);
    const joe = await api.hire();
    const expected = {
      sales: '54.98 USD',
      marketplaceFees: zero,
      paymentFees: '3.08 USD',
      supplierCost: '28.98 USD',
      commission: '2.30 USD',
      converted: zero,
      netProfit: '20.62 USD',
      keptFees: zero,
    };
    const mine = await read('earnings');
    expect(mine.totals.map(texts)).to.deep.equal([expected]);
    expect(mine.days.map(({ day }: Json) => day)).to.deep.equal([today]);
    expect(mine.to).to.equal(today);
    expect((await read('earnings', joe)).totals).to.deep.equal([]);

    await sold(joe);
    const all = await read('admin/earnings', api.admin);
    expect(texts(all.totals[0])).to.include({ sales: '84.97 USD', commission: '3.70 USD', earned: '3.70 USD' });
    const one = await read(`admin/earnings?userId=${mia.id}`, api.admin);
    expect(texts(one.totals[0])).to.include(expected);
  });

  it('takes off the platform’s what payouts cost', async () => {
    await payLegs(api.stage, await sold());
    const [total] = (await read('admin/earnings', api.admin)).totals;
    expect(texts(total)).to.include({ commission: '1.40 USD', payoutFees: '0.50 USD', earned: '0.90 USD' });
  });

  it('leaves out what is outside the days that were asked for', async () => {
    await sold();
    expect((await read('earnings?from=2026-01-01&to=2026-01-31')).totals).to.deep.equal([]);
    expect((await read(`earnings?from=${today}&to=${today}`)).days).to.have.length(1);
  });

  for (const [what, query] of [
    ['the wrong way round', 'from=2026-02-01&to=2026-01-01'],
    ['more than a year', 'from=2024-01-01&to=2026-01-01'],
    ['a day that there is not', 'from=2026-02-31'],
    ['a moment', 'from=2026-02-01T12:00:00Z'],
  ])
    it(`refuses ${what}`, async () => {
      expect(await read(`earnings?${query}`)).to.include({ status: 400, code: 'INVALID_INPUT' });
    });

  it('shows an admin every account, and who owes', async () => {
    const id = await sold();
    await payLegs(api.stage, id);
    await refund(id, 2_999n);
    const { accounts, receivables } = await read('admin/balance', api.admin);
    const held = Object.fromEntries(accounts.map(({ account, balance: { text } }: Json) => [account, text]));
    expect(held).to.deep.equal({
      'cash:paypal': '-30.49 USD',
      'fees:payout': '0.50 USD',
      admin: '1.40 USD',
      reseller: '28.59 USD',
    });
    expect(receivables).to.have.length(1);
    expect(receivables[0]).to.include({ reseller: mia.email });
  });

  it('books a conversion once, at what its money was carried at on average', async () => {
    const rates = ['900', '1000'];
    for (const rate of rates) {
      const asOf = new Date();
      await api.stage.store.transaction(em => addRate(em, { base: 'USD', quote: 'CLP', source: 'test', rate, asOf }));
      const goods = await api.stage.stockUp(mia, { listedOn: 'mercadolibre', price: money(36_000n, 'CLP') });
      const sale = { goods, unitPriceMinor: 36_000, saleFeeMinor: 0 };
      const [order] = await importFrom(api.stage, mia, 'mercadolibre', await placeOnMercadoLibre(api.stage, mia, sale));
      const id = order?.id ?? '';
      for (const queue of ['fulfill', 'purchase'] as const) await api.stage.perform(queue, id);
      const [placed] = await api.rows('select number from supplier_orders where order_id = ?', [id]);
      await api.stage.control('pay', { number: placed.number });
      for (const queue of ['purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
    }
    const convert = (reference: string, from: string, to: string, more: object = {}) => {
      const body = { from: { amount: from, currency: 'CLP' }, to: { amount: to, currency: 'USD' }, reference, ...more };
      return api.call('POST', '/api/admin/fx-conversions', { as: api.admin, body });
    };
    // 72,000 pesos are carried at 40.00 and 36.00 dollars.
    const first = await convert('MP-1', '18000', '18.50');
    expect(first.status).to.equal(201);
    expect(texts(first.json)).to.include({ carried: '19.00 USD', gain: '-0.50 USD' });
    expect(first.json.heldAt).to.equal('mercadolibre');
    const again = await convert('MP-1', '18000', '18.50');
    expect([again.status, again.json]).to.deep.equal([200, first.json]);
    expect((await convert('MP-1', '18000', '18.51')).json.code).to.equal('REFERENCE_TAKEN');
    expect((await convert('MP-2', '54001', '57')).json).to.include({ status: 409, code: 'NOT_HELD' });
    expect((await convert('MP-2', '54000', '57', { heldAt: 'ebay' })).json.code).to.equal('NOT_HELD');
    const rush = await Promise.all(['MP-2', 'MP-3', 'MP-4'].map(reference => convert(reference, '54000', '58')));
    expect(rush.map(({ status }) => status).sort(), 'what is held is converted once').to.deep.equal([201, 409, 409]);
    const booked = rush.find(({ status }) => status === 201)?.json.reference;
    // All of it is converted: nothing is carried any more, and the rest is the difference.
    const { accounts } = await read('admin/balance', api.admin);
    const held = Object.fromEntries(accounts.map(({ account, balance: { text } }: Json) => [account, text]));
    expect(held).not.to.have.any.keys('fx:clearing', 'cash:mercadolibre');
    expect(held['fx:difference']).to.equal('-0.50 USD');
    const later = await convert(booked, '54000', '58');
    expect(later.status, 'also when nothing is held any more').to.equal(200);
    expect((await convert('MP-5', '1', '0.01')).json.code).to.equal('HOLDER_UNCLEAR');
    const totals = (await read('admin/earnings', api.admin)).totals;
    expect(totals.map(({ currency }: Json) => currency)).to.have.members(['CLP', 'USD']);
    for (const total of totals) {
      const minor = (name: string) => BigInt(total[name].amountMinor);
      const net =
        minor('sales') - minor('marketplaceFees') - minor('paymentFees') - minor('supplierCost') - minor('commission');
      expect(net + minor('converted')).to.equal(minor('netProfit'));
    }
  });

  it('takes no conversion of its own money', async () => {
    const body = { from: { amount: '1', currency: 'USD' }, to: { amount: '1', currency: 'USD' }, reference: 'X' };
    const { json } = await api.call('POST', '/api/admin/fx-conversions', { as: api.admin, body });
    expect(json).to.include({ status: 400, code: 'INVALID_INPUT' });
  });
});
