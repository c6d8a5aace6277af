/** Covers: workers/browser/obstacle.ts, workers/browser/handle-obstacle.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { releaseAccount, shopAccount } from '../../store/connections/shop-accounts.ts';
import { findEvidence } from '../../store/orders/evidence.ts';
import { describeWith } from '../support/needs.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

type Row = {
  when: string;
  mood?: object;
  goods?: object;
  /** Changes what is on the shelf after the order was let through. */
  product?: (goods: { supplierProductId: string; skuId: string }) => object;
  ends: object;
  says: RegExp;
};

const paused = { status: 'WAITING', waitReason: 'BUYER_ACCOUNT_PAUSED' };
const failed = (reason: string) => ({ status: 'FAILED', reason });
const shelf =
  (more: object, sku: object = {}) =>
  (goods: { supplierProductId: string; skuId: string }) => ({
    productId: goods.supplierProductId,
    skus: [{ skuId: goods.skuId, skuAttr: '14:173#Blue', priceMinor: '1250', stock: 10, ...sku }],
    shippingFeeMinor: '199',
    ...more,
  });

const stops: readonly Row[] = [
  { when: 'a captcha meets the log-in', mood: { captcha: 'login' }, ends: paused, says: /CAPTCHA/ },
  { when: 'a captcha meets the checkout', mood: { captcha: 'checkout' }, ends: paused, says: /CAPTCHA/ },
  { when: 'the shop wants the code it sent to a phone', mood: { twoFactor: true }, ends: paused, says: /TWO_FACTOR/ },
  { when: 'the account is restricted', mood: { restricted: true }, ends: paused, says: /ACCOUNT_RESTRICTED/ },
  { when: 'nobody knows the page', mood: { layout: 'unknown' }, ends: paused, says: /LAYOUT_UNKNOWN/ },
];

const refusals: readonly Row[] = [
  {
    when: 'the variant is gone',
    product: shelf({}, { skuId: '12000000000000009' }),
    ends: failed('VARIANT_GONE'),
    says: /not offered/,
  },
  {
    when: 'the product is gone',
    product: shelf({ onSale: false }),
    ends: failed('PRODUCT_GONE'),
    says: /no longer available/,
  },
  { when: 'it is out of stock', product: shelf({}, { stock: 0 }), ends: failed('OUT_OF_STOCK'), says: /out of stock/i },
  {
    when: 'it is not shipped there',
    product: shelf({ shipsTo: ['US'] }),
    ends: failed('NOT_SHIPPABLE'),
    says: /cannot be shipped/,
  },
  {
    when: 'its price rose above the most that may be paid',
    mood: { priceRiseMinor: '5000' },
    ends: failed('PRICE_ABOVE_MAXIMUM'),
    says: /is asked; at most/,
  },
  {
    when: 'the address is refused',
    mood: { refusesAddress: true },
    ends: { status: 'WAITING', waitReason: 'ADDRESS_INVALID' },
    says: /refuses the address/,
  },
];

describeWith('browser', 'what stands in the way of a purchase on the website', function () {
  this.timeout(90_000);
  let shopping: Shopping;
  before(async () => {
    shopping = await goShopping();
  });
  after(() => shopping?.[Symbol.asyncDispose]());

  const meet = async ({ mood, product }: Row): Promise<{ id: string; shopper: Shopper }> => {
    const shopper = await shopping.hireShopper();
    const { id, goods } = await shopping.orderFor(shopper);
    if (product) await shopping.stage.control('products', product(goods));
    if (mood) await shopping.mood(shopper, mood);
    await shopping.buy(id);
    return { id, shopper };
  };
  const expectEnd = async (id: string, { ends, says }: Row) => {
    expect(await shopping.stage.order(id)).to.deep.include(ends);
    expect((await shopping.notes(id)).join('\n')).to.match(says);
    expect(await shopping.bought(id)).to.deep.equal([]);
    const [evidence, ...more] = await shopping.evidence(id);
    expect(more).to.deep.equal([]);
    expect(evidence?.url).to.contain('/shop/');
  };
  const pausedFor = async ({ credential }: Shopper) =>
    (await shopping.stage.store.read(em => shopAccount(em, credential.id)))?.pausedFor;

  for (const row of stops)
    it(`pauses the account when ${row.when}, and goes on after it was released`, async () => {
      const { id, shopper } = await meet(row);
      await expectEnd(id, row);
      expect(await pausedFor(shopper)).to.match(row.says);
      const { id: next } = await shopping.orderFor(shopper);
      expect(await shopping.buy(next), 'another order of the same account').to.contain('BUYER_ACCOUNT_PAUSED');

      await shopping.mood(shopper, { captcha: 'nowhere', twoFactor: false, restricted: false, layout: 'plain' });
      await shopping.stage.store.transaction(em => releaseAccount(em, shopper.credential.id));
      for (const order of [id, next]) {
        await shopping.stage.perform('fulfill', order);
        expect(await shopping.buy(order)).to.equal('PURCHASED');
      }
      expect(await shopping.bought(id)).to.have.length(1);
    });

  for (const row of refusals)
    it(`buys nothing when ${row.when}, and pauses nobody`, async () => {
      const { id, shopper } = await meet(row);
      await expectEnd(id, row);
      expect(await pausedFor(shopper)).to.equal(null);
    });

  it('asks its owner for the log-in when the password is wrong', async () => {
    const shopper = await shopping.hireShopper();
    const { id } = await shopping.orderFor(shopper);
    await shopping.mood(shopper, { password: 'changed since' });
    await shopping.buy(id);
    expect(await shopping.stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect(await shopping.bought(id)).to.deep.equal([]);
  });

  it('knows a shop that has moved and renamed its buttons', async () => {
    const shopper = await shopping.hireShopper();
    const { id } = await shopping.orderFor(shopper);
    await shopping.mood(shopper, { layout: 'drifted' });
    expect(await shopping.buy(id)).to.equal('PURCHASED');
  });

  for (const payment of ['declined', 'unpaid'])
    it(`has bought, and waits for somebody to pay, when the payment is ${payment}`, async () => {
      const shopper = await shopping.hireShopper();
      const { id } = await shopping.orderFor(shopper);
      await shopping.mood(shopper, { payment });
      await shopping.buy(id);
      expect(await shopping.stage.order(id)).to.include({ status: 'WAITING', waitReason: 'SUPPLIER_UNPAID' });
      const [effect, ...more] = await shopping.bought(id);
      expect(more).to.deep.equal([]);
      await shopping.stage.control('pay', { number: effect?.reference });
      expect(await shopping.buy(id)).to.equal('PURCHASED');
      expect(await shopping.bought(id)).to.have.length(1);
    });

  it('keeps no password and no e-mail in what it photographs', async () => {
    const { id, shopper } = await meet({ when: '', mood: { captcha: 'login' }, ends: {}, says: /./ });
    const [kept] = await shopping.evidence(id);
    const page = await shopping.stage.store.read(em => findEvidence(em, id as OrderId, kept?.id ?? ''));
    expect(page?.screenshot?.length).to.be.greaterThan(1_000);
    expect(page?.text).to.contain('<').and.not.contain(shopper.email);
    expect(page?.text).not.to.contain('pass-');
  });
});
