/** Covers: workers/browser/track-in-browser.ts. */
import { expect } from 'chai';
import { releaseAccount } from '../../store/connections/shop-accounts.ts';
import { trackInBrowser } from '../../workers/browser/track-in-browser.ts';
import { describeWith } from '../support/needs.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

describeWith('browser', 'the parcels of what was bought on the website', function () {
  this.timeout(60_000);
  let shopping: Shopping;
  let shopper: Shopper;
  before(async () => {
    shopping = await goShopping();
    shopper = await shopping.hireShopper();
  });
  after(() => shopping?.[Symbol.asyncDispose]());

  const bought = async (): Promise<{ id: string; number: string }> => {
    const { id } = await shopping.orderFor(shopper);
    expect(await shopping.buy(id)).to.equal('PURCHASED');
    await shopping.stage.perform('create-sale', id);
    const [effect] = await shopping.bought(id);
    return { id, number: effect?.reference ?? '' };
  };
  const track = (id: string) => trackInBrowser({ orderId: id }, shopping.context);

  it('are followed there, told to the shop, and end delivered', async () => {
    const { id, number } = await bought();
    await shopping.stage.control('supplier', {
      number,
      status: 'WAIT_BUYER_ACCEPT_GOODS',
      logisticsStatus: 'SELLER_SEND_GOODS',
      tracking: [{ trackingNumber: 'LP00123456789012', carrier: 'CAINIAO' }],
    });
    expect(await track(id)).to.equal('SHIPPED');
    const parcels = await shopping.stage.store.read(em =>
      em.execute('select tracking_number from parcels where order_id = ?', [id]),
    );
    expect(parcels).to.deep.equal([{ tracking_number: 'LP00123456789012' }]);
    await shopping.stage.control('supplier', { number, status: 'FINISH', logisticsStatus: 'BUYER_ACCEPT_GOODS' });
    expect(await track(id)).to.equal('DELIVERED');
  });

  it('go on unseen while a captcha hides them, and the account is paused', async () => {
    const { id } = await bought();
    await shopping.mood(shopper, { layout: 'unknown' });
    expect(await track(id)).to.contain('nothing is known of the parcels');
    expect((await shopping.stage.order(id)).status).to.equal('PURCHASED');
    expect(await track(id), 'an account that stands still is not visited').to.contain('stands still');
    await shopping.mood(shopper, { layout: 'plain' });
    await shopping.stage.store.transaction(em => releaseAccount(em, shopper.credential.id));
    expect(await track(id)).to.contain('still PAID');
  });
});
