/** Covers: workers/browser/purchase-fallback.ts. */
import { expect } from 'chai';
import { describeWith } from '../support/needs.ts';
import { goShopping, type Shopping } from './shopping.ts';

describeWith('browser', 'a purchase on the website', function () {
  this.timeout(60_000);
  let shopping: Shopping;
  before(async () => {
    shopping = await goShopping();
  });
  after(() => shopping?.[Symbol.asyncDispose]());

  it('buys exactly the variant that was sold, to the buyer’s address, and follows it until it is paid', async () => {
    const shopper = await shopping.hireShopper();
    await shopping.mood(shopper, { forgetsVariant: true });
    const { id, goods } = await shopping.orderFor(shopper);
    expect((await shopping.stage.order(id)).purchaseRoute).to.equal('browser');
    expect(await shopping.buy(id)).to.equal('PURCHASED');
    const [effect, ...more] = await shopping.bought(id);
    expect(more).to.deep.equal([]);
    expect(effect?.detail).to.deep.include({
      items: [{ productId: goods.supplierProductId, skuId: goods.skuId, count: 1 }],
      country: 'DE',
      paid: true,
    });
    expect(await shopping.notes(id)).to.include.members(['in the browser: review', 'CLICKING']);
    expect(await shopping.evidence(id)).to.deep.equal([]);
  });

  it('logs in once: the session is kept, also what is taken back only as it was given', async () => {
    const shopper = await shopping.hireShopper();
    const { shop, signal } = shopping.context;
    const visit = <T>(task: Parameters<NonNullable<typeof shop>['visit']>[1]): Promise<T> =>
      shop?.visit({ credential: shopper.credential, deadlineMs: 30_000, signal }, task) as Promise<T>;
    const logIns = async () => (await shopping.stage.control<{ sessions: number }>('shop-sessions')).sessions;
    const before = await logIns();
    const host = { name: '__Host-id', value: '1', domain: '127.0.0.1', path: '/', secure: true } as const;
    await visit(async ({ page, open }) => {
      await open('/orders');
      await page.browserContext().setCookie(host);
    });
    const names = await visit<string[]>(async ({ page, open }) => {
      await open('/orders');
      return (await page.browserContext().cookies()).map(({ name }) => name);
    });
    expect(names).to.include(host.name);
    expect(await logIns()).to.equal(before + 1);
  });
});
