/** Covers: workers/import/unconfirmed-sale.ts, api/routes/confirm-password.ts. */
import { expect } from 'chai';
import { lastEvidence } from '../support/timeline-lines.ts';
import { ebaySale, importAll, lineOf, linesOf, sell, stateOf, timelineOf } from './marketplace-sale.ts';
import { type Api, type Json, type Member, openApi } from './open-api.ts';
import { eventsOf, post } from './post-webhook.ts';
import { expectProblem } from './problem.ts';
import { inlineBody, signInline } from './signers.ts';

describe('api: a sale that was told inline and cannot be read back', () => {
  let api: Api;
  let mia: Member;
  let next = 10_000;
  before(async () => {
    api = await openApi();
  });
  after(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    mia = await api.hire();
    api.stage.jobs.length = 0;
    await api.rows('delete from inbound_events');
  });

  const unknownId = () => `99-99999-${next++}`;
  const tell = async (changes: object, marketplace: 'ebay' | 'mercadolibre' = 'ebay', seller = mia) => {
    const { id, webhookSecret } = seller[marketplace];
    const answer = await post(api, `/api/webhooks/inline/${id}`, signInline(webhookSecret, inlineBody(changes)));
    expect(answer.status, answer.text).to.equal(202);
  };
  const told = async (changes: object): Promise<string[]> => {
    await tell(changes);
    return importAll(api);
  };
  const evidenceOf = async (id: string): Promise<Json> => lastEvidence(api.stage, id);
  const disconnect = (seller: Member) =>
    api.rows(`update api_credentials set status = 'RECONNECT_NEEDED' where id in (?, ?)`, [
      seller.ebay.id,
      seller.mercadolibre.id,
    ]);

  it('is kept for a person, with what was claimed, when its marketplace does not know it', async () => {
    const orderId = unknownId();
    expect((await told({ orderId })).join()).to.include(`order ${orderId} cannot be confirmed`);
    const order = await lineOf(api, orderId);
    expect(stateOf(order)).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
    expect(order).to.include({
      channel: 'ebay',
      userId: mia.id,
      credentialId: mia.ebay.id,
      listingId: '110551234567',
      quantity: 1,
      saleMinor: 2_999n,
      saleCurrency: 'USD',
      proceedsHeldBy: 'platform',
    });
    expect(order.shipTo).to.deep.equal(inlineBody().shippingAddress);
    expect((await evidenceOf(order.id)).claimed).to.deep.equal(inlineBody({ orderId }));
    expect(await timelineOf(api, order)).to.match(
      /told inline, and not read back: .*Look at ebay whether it was sold and paid/,
    );
    expect((await eventsOf(api)).map(({ status }) => status)).to.deep.equal(['APPLIED']);
  });

  it('is shown to its reseller and to an admin, and to nobody else', async () => {
    const orderId = unknownId();
    await told({ orderId });
    const { id } = await lineOf(api, orderId);
    for (const as of [mia, api.admin])
      expect((await api.call('GET', `/api/orders/${id}`, { as })).json).to.include({
        status: 'NEEDS_REVIEW',
        reason: 'UNCONFIRMED_SALE',
      });
    expectProblem(await api.call('GET', `/api/orders/${id}`, { as: await api.hire() }), 404, 'NOT_FOUND');
  });

  it('is neither paid nor bought, though its listing is mapped', async () => {
    const { listingId } = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    const orderId = unknownId();
    await told({ orderId, listingId });
    for (let look = 0; look < 3; look += 1) await api.stage.sweepAndDrain();
    const order = await lineOf(api, orderId);
    expect(stateOf(order)).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
    expect(await api.rows('select from payments where order_id = ?', [order.id])).to.deep.equal([]);
    expect(await api.rows('select from effects where subject = ?', [order.id])).to.deep.equal([]);
  });

  it('is kept when its account must be connected again', async () => {
    await disconnect(mia);
    const orderId = unknownId();
    await told({ orderId });
    const order = await lineOf(api, orderId);
    expect(stateOf(order)).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
    expect(await timelineOf(api, order)).to.include('must be connected again');
  });

  it('is kept when the account turns out to give no more tokens', async () => {
    const name = mia.email.replace(/@.*/, '');
    await api.stage.control('accounts', { provider: 'ebay', name }); // a new consent ends the old tokens
    const orderId = unknownId();
    await told({ orderId });
    expect(stateOf(await lineOf(api, orderId))).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
    expect(await api.rows('select status from api_credentials where id = ?', [mia.ebay.id])).to.deep.equal([
      { status: 'RECONNECT_NEEDED' },
    ]);
  });

  it('is asked for again while the marketplace is away, and not guessed', async () => {
    const orderId = unknownId();
    await api.stage.control('faults', {
      provider: 'ebay',
      operation: 'get-order',
      kind: 'status',
      status: 500,
      times: 1,
    });
    await tell({ orderId });
    const error = await importAll(api).catch((thrown: Error) => thrown);
    expect(error).to.include({ code: 'EBAY_SERVER_ERROR' });
    expect(await linesOf(api, orderId)).to.deep.equal([]);
    expect((await eventsOf(api)).map(({ status }) => status)).to.deep.equal(['RECEIVED']);
  });

  it('MercadoLibre may not know a new order yet: it is asked again, and kept after ten minutes', async () => {
    const orderId = `2000${next++}`;
    await tell({ orderId, currency: 'CLP', amount: 29990 }, 'mercadolibre');
    const error = await importAll(api).catch((thrown: Error) => thrown);
    expect(error).to.include({ code: 'MERCADOLIBRE_NOT_FOUND' });
    expect(await linesOf(api, orderId)).to.deep.equal([]);
    await api.rows(`update inbound_events set received_at = now() - interval '10 minutes 1 second'`);
    await api.stage.sweepAndDrain();
    const order = await lineOf(api, orderId);
    expect(order).to.include({ channel: 'mercadolibre', saleMinor: 29_990n, saleCurrency: 'CLP' });
    expect(stateOf(order)).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
  });

  it('is one order, however often and however differently it is told', async () => {
    const orderId = unknownId();
    for (const amount of ['29.99', '29.99', '10.00', '0.01', '99.99']) await tell({ orderId, amount });
    const events = api.stage.jobs.splice(0).map(({ payload }) => String(payload.eventId));
    expect(events).to.have.length(4);
    await Promise.all(events.map(id => api.stage.perform('import-order', id)));
    const order = await lineOf(api, orderId);
    expect(stateOf(order)).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
    expect((await timelineOf(api, order)).match(/→ NEEDS_REVIEW/g)).to.have.length(1);
  });

  it('of two resellers with the same number is one of each: neither takes anything from the other', async () => {
    const orderId = unknownId();
    const tom = await api.hire();
    await told({ orderId });
    for (const amount of ['29.99', '1.00', '2.00']) await tell({ orderId, amount }, 'ebay', tom);
    await importAll(api);
    const kept = await linesOf(api, orderId);
    expect(kept.map(({ userId }) => userId)).to.have.members([mia.id, tom.id]);
    expect(kept.map(stateOf)).to.deep.equal(Array(2).fill('NEEDS_REVIEW UNCONFIRMED_SALE'));
    const own = kept.find(({ userId }) => userId === mia.id)!;
    expect(await timelineOf(api, own), 'nobody else writes into it').not.to.include('told again');
  });

  it('does not keep another reseller’s sale from being bought: claimed before, and taken up by hand', async () => {
    const { listingId } = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: listingId }]));
    const notifications = api.stage.jobs.splice(0);
    const tom = await api.hire();
    await tell({ orderId }, 'ebay', tom);
    await importAll(api);
    const theirs = await lineOf(api, orderId);
    expect(theirs).to.include({ userId: tom.id });
    await api.rows(`update orders set status = 'PAID', reason = null where id = ?`, [theirs.id]);
    api.stage.jobs.push(...notifications);
    await importAll(api);
    const own = (await linesOf(api, orderId)).find(({ userId }) => userId === mia.id);
    expect(own).to.include({ status: 'PAID', saleMinor: 2_999n });
  });

  it('does not make another reseller’s sale of long ago one that is still to be bought', async () => {
    const orderId = await sell(api, mia, ebaySale(mia, [{}]));
    const notifications = api.stage.jobs.splice(0);
    await tell({ orderId }, 'ebay', await api.hire());
    await importAll(api);
    await api.rows(`update feeds set started_at = now() + interval '1 hour' where credential_id = ?`, [mia.ebay.id]);
    await api.rows(`update inbound_events set received_at = now() + interval '2 hours' where source = 'ebay'`);
    api.stage.jobs.push(...notifications);
    expect((await importAll(api)).join()).to.include('was sold before the account was connected');
    expect((await linesOf(api, orderId)).filter(({ userId }) => userId === mia.id)).to.deep.equal([]);
  });

  it('whatever the buyer calls themselves, and whatever the address looks like', async () => {
    const orderId = unknownId();
    const buyer = { name: 'Gr\0eta \ud800', 'odd key': 'x', deep: { er: 1 }, age: 41, long: 'x'.repeat(1_000) };
    await told({ orderId, buyer, shippingAddress: { street: 'Torstrasse 12', country: 'Germany' } });
    const order = await lineOf(api, orderId);
    expect(order.shipTo).to.equal(null);
    const { claimed } = await evidenceOf(order.id);
    expect(claimed.buyer).to.deep.equal({ name: 'Gr\ufffdeta \ufffd', age: '41', long: 'x'.repeat(256) });
    expect(claimed.shippingAddress).to.deep.equal({ street: 'Torstrasse 12', country: 'Germany' });
  });

  it('gives way when the marketplace tells the sale itself: bought once, at the marketplace’s price', async () => {
    const { listingId } = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: listingId }]));
    const notifications = api.stage.jobs.splice(0);
    await disconnect(mia);
    await told({ orderId, listingId, amount: '1.00' });
    const [kept] = await linesOf(api, orderId);
    expect(stateOf(kept!)).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
    await api.rows(`update api_credentials set status = 'HEALTHY' where id = ?`, [mia.ebay.id]);
    api.stage.jobs.push(...notifications);
    await api.stage.drain();
    const lines = await linesOf(api, orderId);
    const before = lines.find(({ id }) => id === kept?.id);
    const line = lines.find(({ id }) => id !== kept?.id);
    expect(before).to.include({ id: kept?.id, status: 'CANCELLED' });
    expect(await timelineOf(api, before!)).to.include('the marketplace confirms the sale');
    expect(line).to.include({ status: 'PURCHASED', saleMinor: 2_999n });
    const bought = (await api.stage.effects('supplier-order')).filter(({ key }) =>
      [kept?.id, line?.id].some(id => id && key.startsWith(id)),
    );
    expect(bought).to.have.length(1);
  });

  const decide = (id: string, decision: string) =>
    api.call('POST', `/api/admin/orders/${id}/decide`, { as: api.admin, body: { decision, why: 'looked at eBay' } });

  it('is not bought by a decision while no money of its buyer is known: it was, and was sold for nothing', async () => {
    const orderId = unknownId();
    await told({ orderId });
    const { id } = await lineOf(api, orderId);
    expectProblem(await decide(id, 'buy-again'), 409, 'NOT_PAID');
    expect(stateOf(await lineOf(api, orderId))).to.equal('NEEDS_REVIEW UNCONFIRMED_SALE');
  });

  it('that a person has given up before its marketplace told it loses no money: it was swallowed', async () => {
    const { listingId } = await api.stage.stockUp(mia, { listedOn: 'ebay' });
    const orderId = await sell(api, mia, ebaySale(mia, [{ legacyItemId: listingId }]));
    const notifications = api.stage.jobs.splice(0);
    await disconnect(mia);
    await told({ orderId });
    const kept = await lineOf(api, orderId);
    expect((await decide(kept.id, 'fail')).json).to.include({ status: 'FAILED' });
    await api.rows(`update api_credentials set status = 'HEALTHY' where id = ?`, [mia.ebay.id]);
    api.stage.jobs.push(...notifications);
    await api.stage.drain();
    const line = (await linesOf(api, orderId)).find(({ id }) => id !== kept.id)!;
    expect(stateOf(line), 'nothing is bought beside what a person decided').to.equal('NEEDS_REVIEW TAKEN_UP_BY_HAND');
    expect(await timelineOf(api, line)).to.include(`taken up by hand as order ${kept.id}`);
    expect(await api.rows('select status from payments where order_id = ?', [line.id])).to.deep.equal([
      { status: 'COMPLETED' },
    ]);
    expect((await decide(line.id, 'buy-again')).json).to.include({ status: 'PAID' });
    await api.stage.drain();
    expect((await linesOf(api, orderId)).find(({ id }) => id === line.id)).to.include({ status: 'PURCHASED' });
  });

  it('adds nothing to a sale that is known already', async () => {
    const orderId = await sell(api, mia, ebaySale(mia, [{}, {}]));
    await importAll(api);
    await disconnect(mia);
    await told({ orderId });
    const lines = await linesOf(api, orderId);
    expect(lines.map(({ status }) => status)).to.deep.equal(['PAID', 'PAID']);
  });

  it('and one that can be read back is the marketplace’s word, not the sender’s', async () => {
    const orderId = await sell(api, mia, ebaySale(mia, [{ quantity: 2, totalMinor: '5998' }]));
    api.stage.jobs.length = 0;
    await told({ orderId, amount: '0.01', currency: 'EUR', listingId: '1', shippingAddress: {} });
    const order = await lineOf(api, orderId);
    expect(order).to.include({ status: 'PAID', quantity: 2, saleMinor: 5_998n, saleCurrency: 'USD' });
    expect(order.shipTo).to.include({ city: 'Berlin' });
  });
});
