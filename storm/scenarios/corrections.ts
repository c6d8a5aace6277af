import { buyOnEbay } from '../../demo/buyers.ts';
import { type Scenario, settled } from '../../demo/scenario.ts';
import { untilItWaits } from '../../demo/sight.ts';
import { comesBack, payAgain } from './payouts.ts';
import { conflictIsDone, sell } from './sold.ts';

/** An address from which no state can be derived: neither from its region, nor its town, nor its postal code. */
const nowhere = {
  fullName: 'Pat Miller',
  line1: '1 Main Street',
  city: 'Nowhereville',
  region: 'Nowhere',
  postalCode: '00000',
  country: 'US',
  phone: '+1 212 555 0100',
};

export const addressCorrected: Scenario = {
  name: 'address-corrected',
  title: 'an address that the supplier would refuse: waits before money moves, goes on when its reseller corrects it',
  orders: 1,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'adam' });
    const wares = await stage.stockUp(seller, { listedOn: 'ebay' });
    const externalOrderId = await buyOnEbay(stage, seller, [{ wares, totalMinor: 3_299 }], 1, nowhere);
    const order = { externalOrderId, line: 0 };
    const { id } = await untilItWaits(stage, order, 'ADDRESS_INVALID');
    const corrected = { ...nowhere, city: 'New York', region: 'New York', postalCode: '10001' };
    await conflictIsDone(seller.call('PUT', `/api/orders/${id}/address`, corrected));
    return [settled(order)];
  },
};

export const payoutAddressCorrected: Scenario = {
  name: 'payout-address-corrected',
  title: 'a payout to an address with a typo in it comes back, and is paid again to the right one',
  orders: 1,
  async play(stage) {
    const seller = await stage.hireReseller({ name: 'tara', sellsOnce: true });
    const typo = `typo.${seller.email}`;
    await stage.sandbox('POST', '/payout-outcome', { receiver: typo, itemStatus: 'RETURNED' });
    await seller.payTo({ provider: 'paypal', receiver: typo });
    const order = await sell(stage, seller);
    await comesBack(stage, order.id);
    await seller.payTo({ provider: 'paypal', receiver: `right.${seller.email}` });
    await payAgain(stage, order.id, 'RETURNED');
    return [settled(order)];
  },
};
