/** Covers: api/middleware/limits.ts, store/database/request-limits.ts. */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import type { LimitRule } from '../../store/database/request-limits.ts';
import { usdText as usd } from '../support/money.ts';
import { leavesNothing } from './footprint.ts';
import { type Answer, type ApiOptions, type Member, openApi } from './open-api.ts';
import { eventsOf, post } from './post-webhook.ts';
import { expectProblem } from './problem.ts';
import { inlineBody, signInline } from './signers.ts';

const three: LimitRule = { points: 3, windowSeconds: 600 };
const limited = (name: string): ApiOptions => ({
  deps: ({ limitRules }) => ({ limitRules: { ...limitRules, [name]: three } }),
});

function expectTooMany(answer: Answer, code: string): void {
  expectProblem(answer, 429, code);
  expect(Number(answer.headers.get('retry-after'))).to.be.within(1, 3_600);
}

const digits = () => `${randomInt(1e9, 1e10)}`;

describe('api: what a reseller may do so often', () => {
  it('starting to connect accounts', async () => {
    await using api = await openApi(limited('connection-start'));
    const [mia, tom] = [await api.hire(), await api.hire()];
    const start = (as: Member, provider: string) =>
      api.call(
        'GET',
        `/api/connections/${provider}/start?moneyHolder=reseller&country=CL`.replace(/(ebay.*)&.*/, '$1'),
        { as },
      );
    for (const provider of ['ebay', 'mercadolibre', 'ebay']) expect((await start(mia, provider)).status).to.equal(303);
    await leavesNothing(api, async () => expectTooMany(await start(mia, 'mercadolibre'), 'TOO_MANY_CONNECTIONS'));
    expect((await start(tom, 'ebay')).status).to.equal(303);
  });

  it('adding products, and mapping listings to them', async () => {
    await using api = await openApi(limited('product'));
    const [mia, tom] = [await api.hire(), await api.hire()];
    const add = (as: Member) =>
      api.call('POST', '/api/products', {
        as,
        body: {
          title: 'Lamp',
          price: usd('29.99'),
          maxBuyPrice: usd('17'),
          supplierProductId: digits(),
          supplierSkuId: digits(),
        },
      });
    const [{ json: product }] = [await add(mia), await add(mia)];
    const map = () =>
      api.call('PUT', '/api/listings', {
        as: mia,
        body: { credentialId: mia.ebay.id, externalId: digits(), productId: product.id },
      });
    expect((await map()).status).to.equal(200);
    await leavesNothing(api, async () => {
      expectTooMany(await map(), 'TOO_MANY_PRODUCTS');
      expectTooMany(await add(mia), 'TOO_MANY_PRODUCTS');
    });
    expect((await add(tom)).status).to.equal(201);
  });

  it('sending sales inline, with whatever connection', async () => {
    await using api = await openApi(limited('seller-notification'));
    const [mia, tom] = [await api.hire(), await api.hire()];
    const send = ({ id, webhookSecret }: Member['ebay']) =>
      post(api, `/api/webhooks/inline/${id}`, signInline(webhookSecret, inlineBody({ orderId: digits() })));
    for (const connection of [mia.ebay, mia.mercadolibre, mia.ebay])
      expect((await send(connection)).status).to.equal(202);
    await leavesNothing(api, async () => expectTooMany(await send(mia.mercadolibre), 'TOO_MANY_NOTIFICATIONS'));
    expect((await send(tom.ebay)).status).to.equal(202);
  });

  it('notifications at a seller’s own MercadoLibre address: more are passed over, and never refused', async () => {
    await using api = await openApi(limited('seller-notification'));
    const mia = await api.hire();
    const notify = () => {
      const body = {
        _id: digits(),
        resource: `/orders/${digits()}`,
        user_id: Number(mia.mercadolibre.accountId),
        topic: 'orders_v2',
        application_id: Number(api.stage.config.mercadolibre.clientId),
        attempts: 1,
        sent: '2026-11-20T00:00:00.000Z',
        received: '2026-11-20T00:00:00.000Z',
      };
      const headers = { 'content-type': 'application/json' };
      const sent = { headers, body: Buffer.from(JSON.stringify(body)) };
      return post(api, `/api/webhooks/mercadolibre/${mia.mercadolibre.segment}`, sent);
    };
    for (let turn = 0; turn < 5; turn += 1) expect((await notify()).status).to.equal(200);
    expect(await eventsOf(api)).to.have.length(3);
  });

  it('sales that nobody confirms: when a hundred wait for a person, more are not taken', async () => {
    await using api = await openApi();
    const [mia, tom] = [await api.hire(), await api.hire()];
    const send = ({ id, webhookSecret }: Member['ebay']) =>
      post(api, `/api/webhooks/inline/${id}`, signInline(webhookSecret, inlineBody({ orderId: digits() })));
    const made = `insert into orders (id, user_id, channel, variation_id, quantity, sale_minor, sale_currency,
                    proceeds_held_by, supplier_paid_by, status, reason)
                  select gen_random_uuid(), ?, 'ebay', '', 1, 2999, 'USD', 'reseller', 'reseller', 'NEEDS_REVIEW', 'UNCONFIRMED_SALE'
                  from generate_series(1, ?)`;
    await api.stage.store.transaction(em => em.execute(made, [mia.id, 99]));
    expect((await send(mia.ebay)).status).to.equal(202);
    await api.stage.store.transaction(em => em.execute(made, [mia.id, 1]));
    await leavesNothing(api, async () => expectTooMany(await send(mia.mercadolibre), 'TOO_MANY_UNCONFIRMED'));
    expect((await send(tom.ebay)).status).to.equal(202);
    await api.stage.store.transaction(em =>
      em.execute(`update orders set reason = 'PAYMENT_REVERSED' where user_id = ? and reason = 'UNCONFIRMED_SALE'`, [
        mia.id,
      ]),
    );
    expect((await send(mia.ebay)).status).to.equal(202);
  });
});
