/** Covers: store/connections/browser-login.ts, store/connections/shop-accounts.ts. */
import { expect } from 'chai';
import { keepBrowserLogin } from '../../store/connections/browser-login.ts';
import { openShopSecrets, shopAccount } from '../../store/connections/shop-accounts.ts';
import { describeWith } from '../support/needs.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

describeWith('browser', 'a log-in that two resellers have entered', function () {
  this.timeout(90_000);
  let shopping: Shopping;
  before(async () => {
    shopping = await goShopping();
  });
  after(() => shopping?.[Symbol.asyncDispose]());

  /** Another reseller, who enters what the shopper has entered. */
  async function imitator(of: Shopper, password?: string): Promise<Shopper> {
    const { store, context, config } = shopping.stage;
    const { seller } = await shopping.hireShopper();
    const account = await store.read(em => shopAccount(em, of.credential.id));
    if (!account) throw new Error('the shopper has no log-in');
    const own = openShopSecrets(context.box, account).password;
    const login = { userId: seller.id, environment: config.aliexpress.environment, email: of.email };
    const credential = await store.transaction(em =>
      keepBrowserLogin(em, context.box, { ...login, password: password ?? own, moneyHolder: 'platform' }),
    );
    return { seller, credential, email: of.email };
  }

  it('is whose got in first; the other is told only that it cannot be used', async () => {
    const shopper = await shopping.hireShopper();
    const other = await imitator(shopper);
    const [first, second] = [await shopping.orderFor(shopper), await shopping.orderFor(other)];
    expect(await shopping.buy(first.id)).to.equal('PURCHASED');
    await shopping.buyLate(second.id);
    expect(await shopping.stage.order(second.id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect((await shopping.notes(second.id)).at(-1)).to.include('cannot be used here: enter another one');
    expect((await shopping.notes(second.id)).join('\n')).not.to.match(/claim|another user|belongs/i);
    expect(await shopping.bought(second.id)).to.deep.equal([]);
  });

  it('is not taken by who does not know the password, though they named it first', async () => {
    const shopper = await shopping.hireShopper();
    const guessing = await imitator(shopper, 'a guess');
    const [tried, own] = [await shopping.orderFor(guessing), await shopping.orderFor(shopper)];
    await shopping.buy(tried.id);
    expect(await shopping.stage.order(tried.id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect(await shopping.buy(own.id)).to.equal('PURCHASED');
  });
});
