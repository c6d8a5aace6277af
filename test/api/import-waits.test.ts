/** Covers: workers/import/import-line.ts, workers/purchase/purchase.ts. */
import { expect } from 'chai';
import { Retryable } from '../../domain/call-outcome.ts';
import type { Failpoint } from '../../workers/context/context.ts';
import { purchase } from '../../workers/purchase/purchase.ts';
import { berlin } from '../support/stage.ts';
import {
  change,
  ebaySale,
  importAll,
  lineOf,
  mercadoLibreSale,
  paymentsOf,
  sell,
  stateOf,
} from './marketplace-sale.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

describe('api: a marketplace’s order waits for a person', () => {
  let api: Api;
  let mia: Member;
  before(async () => {
    api = await openApi();
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(() => {
    api.stage.jobs.length = 0;
  });

  const state = async (orderId: string) => stateOf(await lineOf(api, orderId));

  describe('who maps its listing', () => {
    const map = (listingId: string, productId: string, as: Member = mia, variationId?: string) =>
      api.call('PUT', '/api/listings', {
        as,
        body: { credentialId: as.ebay.id, externalId: listingId, productId, ...(variationId ? { variationId } : {}) },
      });

    it('it is never bought under a placeholder, and goes on by itself once the listing is mapped', async () => {
      const goods = await api.stage.stockUp(mia);
      const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: goods.listingId }]));
      await api.stage.drain();
      for (let look = 0; look < 2; look += 1) await api.stage.sweepAndDrain();
      expect(await state(orderId)).to.equal('WAITING LISTING_NOT_MAPPED');
      expect((await lineOf(api, orderId)).productId).to.equal(null);
      const { status, json } = await map(goods.listingId, goods.productId);
      expect([status, json.ordersWoken]).to.deep.equal([200, 1]);
      await api.stage.drain();
      expect(await state(orderId)).to.equal('PURCHASED');
    });

    it('all that waited for the listing go on, and nothing else does', async () => {
      const goods = await api.stage.stockUp(mia);
      const ids = [];
      for (const legacyItemId of [goods.listingId, goods.listingId, '999999999999'])
        ids.push(await sell(api, mia, ebaySale(mia, [{ legacyItemId }])));
      await api.stage.drain();
      expect((await map('888888888888', goods.productId)).json.ordersWoken).to.equal(0);
      expect((await map(goods.listingId, goods.productId)).json.ordersWoken).to.equal(2);
      await api.stage.drain();
      expect(await Promise.all(ids.map(state))).to.deep.equal(['PURCHASED', 'PURCHASED', 'WAITING LISTING_NOT_MAPPED']);
    });

    it('the same number at another reseller’s shop is another listing', async () => {
      const tom = await api.hire();
      const [goods, toms] = [await api.stage.stockUp(mia), await api.stage.stockUp(tom)];
      const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: goods.listingId }]));
      await api.stage.drain();
      expect((await map(goods.listingId, toms.productId, tom)).json.ordersWoken).to.equal(0);
      await api.stage.sweepAndDrain();
      expect(await state(orderId)).to.equal('WAITING LISTING_NOT_MAPPED');
    });

    it('a variation may be a product of its own', async () => {
      const [blue, red] = [await api.stage.stockUp(mia), await api.stage.stockUp(mia)];
      await map('777777777777', blue.productId);
      await map('777777777777', red.productId, mia, '42');
      const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: '777777777777', variationId: '42' }]));
      await api.stage.drain();
      expect((await lineOf(api, orderId)).productId).to.equal(red.productId);
    });
  });

  describe('who gives its address', () => {
    const sold = async () => {
      const goods = await api.stage.stockUp(mia, { listedOn: 'ebay' });
      const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: goods.listingId }], { shipTo: null }));
      await api.stage.drain();
      expect(await state(orderId)).to.equal('WAITING ADDRESS_MISSING');
      return lineOf(api, orderId);
    };
    const give = (id: string, as: Parameters<Api['call']>[2] = { as: mia }, address: object = { ...berlin }) =>
      api.call('PUT', `/api/orders/${id}/address`, { ...as, body: address });

    for (const who of ['owner', 'admin'] as const) {
      it(`its ${who} does, and it goes on to that address`, async () => {
        const { id } = await sold();
        const answer = await give(id, { as: who === 'owner' ? mia : api.admin });
        expect(answer.status).to.equal(202);
        expect(answer.headers.get('location')).to.equal(`/api/orders/${id}`);
        await api.stage.drain();
        const order = await api.stage.order(id);
        expect(order.status).to.equal('PURCHASED');
        expect(order.shipTo).to.deep.equal(berlin);
      });
    }

    it('nobody else does', async () => {
      const { id } = await sold();
      expectProblem(await give(id, { as: await api.hire() }), 404, 'NOT_FOUND');
      expectProblem(await give(id, {}), 401, 'LOGIN_NEEDED');
      expect((await api.stage.order(id)).shipTo).to.equal(null);
    });

    it('an address that the supplier’s rules refuse keeps it waiting, and can be corrected', async () => {
      const { id } = await sold();
      const noCpf = { ...berlin, country: 'BR', region: 'SP', city: 'Sao Paulo', postalCode: '01310-100' };
      expect((await give(id, { as: mia }, noCpf)).status).to.equal(202);
      await api.stage.drain();
      expect(stateOf(await api.stage.order(id))).to.equal('WAITING ADDRESS_INVALID');
      expect((await give(id)).status).to.equal(202);
      await api.stage.drain();
      expect((await api.stage.order(id)).status).to.equal('PURCHASED');
    });

    it('a hub’s reference is not lost with the address that is corrected', async () => {
      const { id } = await sold();
      const hub = { ...berlin, country: 'US', region: 'York', postalCode: '41025', labelReference: 'Reference #1' };
      await give(id, { as: mia }, hub);
      await api.stage.drain();
      expect(stateOf(await api.stage.order(id))).to.equal('WAITING ADDRESS_INVALID');
      await give(id, { as: mia }, { ...berlin, country: 'US', region: 'KY', postalCode: '41025' });
      await api.stage.drain();
      const order = await api.stage.order(id);
      expect([order.status, order.shipTo?.labelReference]).to.deep.equal(['PURCHASED', 'Reference #1']);
    });

    it('it takes no address before it asks for one, and none afterwards', async () => {
      const { id } = await sold();
      await give(id);
      await api.stage.drain();
      expectProblem(await give(id), 409, 'ADDRESS_NOT_WANTED');
      const unmapped = await sell(api, mia, ebaySale(mia, [{}], { shipTo: null }));
      await api.stage.drain();
      expectProblem(await give((await lineOf(api, unmapped)).id), 409, 'ADDRESS_NOT_WANTED');
    });
  });

  describe('who decides', () => {
    const kinds = {
      FRAUD_RISK: { tags: ['paid', 'fraud_risk_detected'] },
      LABEL_BY_MARKETPLACE: { logisticMode: 'me2' },
    };
    for (const [reason, changes] of Object.entries(kinds)) {
      it(`${reason}: the money is booked, nothing is bought`, async () => {
        const orderId = await sell(api, mia, mercadoLibreSale(mia, [{}], changes));
        await importAll(api);
        await api.stage.sweepAndDrain();
        expect(await state(orderId)).to.equal(`NEEDS_REVIEW ${reason}`);
        expect(await paymentsOf(api, await lineOf(api, orderId))).to.deep.equal([
          { status: 'COMPLETED', amount_minor: '29990', currency: 'CLP', fee_minor: '4169' },
        ]);
      });
    }

    it('an unpaid order is nobody’s decision yet: it is one when it is paid', async () => {
      const orderId = await sell(
        api,
        mia,
        mercadoLibreSale(mia, [{}], { status: 'payment_required', logisticMode: 'me2' }),
      );
      await importAll(api);
      expect(await state(orderId)).to.equal('CREATED');
      await change(api, mia, 'mercadolibre', orderId, { status: 'paid', tags: ['paid'] });
      await importAll(api);
      expect(await state(orderId)).to.equal('NEEDS_REVIEW LABEL_BY_MARKETPLACE');
      expect(await paymentsOf(api, await lineOf(api, orderId))).to.have.length(1);
    });
  });

  describe('cancelled while its goods are being bought', () => {
    const beingBought = async () => {
      const goods = await api.stage.stockUp(mia, { listedOn: 'ebay' });
      const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: goods.listingId }]));
      await importAll(api);
      const { id } = await lineOf(api, orderId);
      await api.stage.perform('fulfill', id);
      expect(await state(orderId)).to.equal('PURCHASING');
      api.stage.jobs.length = 0;
      return { id, orderId };
    };
    const cancelLoudly = async (orderId: string): Promise<unknown> => {
      await change(api, mia, 'ebay', orderId, { cancelState: 'CANCELED' });
      return importAll(api).catch((error: unknown) => error);
    };

    it('before the purchase looked once more: nothing is bought, and it is cancelled', async () => {
      const { id, orderId } = await beingBought();
      const error = await cancelLoudly(orderId);
      expect(error).to.be.instanceOf(Retryable).and.to.include({ code: 'CANCELLED_WHILE_BUYING' });
      await api.stage.perform('purchase', id);
      expect(await state(orderId)).to.equal('CANCELLED');
      await api.stage.sweepAndDrain();
      expect(await api.rows(`select from inbound_events where status = 'RECEIVED'`)).to.deep.equal([]);
    });

    it('after the purchase had looked: the news waits for it, and a person looks', async () => {
      const { id, orderId } = await beingBought();
      const failpoint = async (name: Failpoint) => {
        if (name === 'effect-sending') expect(await cancelLoudly(orderId)).to.be.instanceOf(Retryable);
      };
      await purchase({ orderId: id }, { ...api.stage.context, failpoint });
      expect(await state(orderId)).to.equal('PURCHASED');
      await api.stage.sweepAndDrain();
      expect(await state(orderId)).to.equal('NEEDS_REVIEW CANCELLED_AFTER_PURCHASE');
    });
  });
});
