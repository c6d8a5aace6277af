/** Covers: dashboard/pages/order-remedies.ts, dashboard/routes/remedies.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CredentialId, OrderId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { orderStates, waitReasons } from '../../domain/order.ts';
import { addProduct } from '../../store/catalogue/products.ts';
import type { Order } from '../../store/entities/order.ts';
import { berlin } from '../support/stage.ts';
import { addMarketplaceAccount } from './order-in-state.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

const states: readonly Partial<Order>[] = orderStates
  .filter(status => status !== 'WAITING')
  .map(status => ({ status, ...(['FAILED', 'NEEDS_REVIEW'].includes(status) ? { reason: 'PROGRAM_ERROR' } : {}) }));
const waiting: readonly Partial<Order>[] = waitReasons.flatMap(waitReason =>
  (['platform', 'reseller'] as const).map(supplierPaidBy => ({
    status: 'WAITING' as const,
    waitReason,
    supplierPaidBy,
  })),
);
const erased: Partial<Order> = {
  status: 'WAITING',
  waitReason: 'ADDRESS_MISSING',
  shipTo: null,
  buyerErasedAt: new Date(0),
};

/** What is to be put right, by hand. */
function wanted({ status, waitReason, supplierPaidBy, buyerErasedAt }: Partial<Order>): string[] {
  if (status === 'FAILED') return ['refund'];
  if (waitReason === 'LISTING_NOT_MAPPED') return ['listing'];
  if (waitReason === 'ADDRESS_MISSING' || waitReason === 'ADDRESS_INVALID') return buyerErasedAt ? [] : ['address'];
  return waitReason === 'FAILED_INSUFFICIENT_FUNDS' && supplierPaidBy === 'reseller' ? ['funding-limit'] : [];
}

describe('what an order’s page offers to put right', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  let account: CredentialId;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
    account = await addMarketplaceAccount(world);
  });
  after(() => world.close());

  const sold = (facts: Partial<Order>): Promise<OrderId> =>
    world.addOrder({
      channel: 'ebay',
      credentialId: account,
      externalOrderId: randomUUID(),
      externalLineId: '1',
      listingId: '1100',
      shipTo: berlin,
      maxCostMinor: 2_500n,
      fxRate: '1',
      ...facts,
    });
  const forms = (): Readonly<Record<string, object>> => ({
    refund: {},
    address: { fullName: 'Erika Muster', line1: 'Hauptstr. 1', city: 'Berlin', country: 'DE' },
    listing: { productId: world.product.id },
    'funding-limit': { limit: '500', limitCurrency: 'USD' },
  });

  for (const facts of [...states, ...waiting, erased]) {
    const { status, waitReason, supplierPaidBy, buyerErasedAt } = facts;
    const named = [status, waitReason, supplierPaidBy, buyerErasedAt && 'buyer erased'].filter(Boolean).join(', ');
    it(`is what is taken, and nothing else: ${named}`, async () => {
      const id = await sold(facts);
      const { text } = await admin.get(`/orders/${id}`).expect(200);
      const offered = Object.keys(forms()).filter(deed => text.includes(`action="/orders/${id}/${deed}"`));
      expect(offered).to.deep.equal(wanted(facts));
      for (const [deed, fields] of Object.entries(forms())) {
        const isOffered = offered.includes(deed);
        const order = isOffered ? await sold(facts) : id;
        const { status } = await admin.post(`/orders/${order}/${deed}`).type('form').send(fields);
        expect(status, deed).to.equal(isOffered ? 303 : 409);
      }
    });
  }

  it('is never another reseller’s product for a listing', async () => {
    const { title, supplierProductId, supplierSkuId } = world.product;
    const theirs = await world.store.transaction(em =>
      addProduct(em, {
        userId: world.admin.id,
        title: `${title} of somebody else`,
        price: money(4_990n, 'USD'),
        maxBuy: money(2_500n, 'USD'),
        supplierProductId,
        supplierSkuId,
      }),
    );
    const id = await sold({ status: 'WAITING', waitReason: 'LISTING_NOT_MAPPED' });
    expect((await admin.get(`/orders/${id}`)).text).not.to.include(theirs.title);
    await admin.post(`/orders/${id}/listing`).type('form').send({ productId: theirs.id }).expect(404);
  });

  it('is not guessed from a form that says too little, or too much', async () => {
    const id = await sold({ status: 'WAITING', waitReason: 'ADDRESS_INVALID' });
    const post = (deed: string, fields: object) => admin.post(`/orders/${id}/${deed}`).type('form').send(fields);
    await post('address', { ...forms().address, country: 'Germany' }).expect(400);
    await post('address', { ...forms().address, price: '1' }).expect(400);
    await post('listing', { productId: 'lamp' }).expect(400);
    await post('funding-limit', { limit: '0', limitCurrency: 'USD' }).expect(400);
    await post('funding-limit', { limit: '500', limitCurrency: 'EUR' }).expect(400);
    for (const deed of Object.keys(forms()))
      await admin.post(`/orders/1/${deed}`).type('form').send(forms()[deed]).expect(404);
  });
});
