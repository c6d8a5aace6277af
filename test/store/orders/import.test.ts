/** Covers: store/orders/new-orders.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CredentialId, OrderId, UserId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { addUser, findUserByEmail } from '../../../store/accounts/users.ts';
import { addProduct, findListing, mapListing, productMaxBuy, productPrice } from '../../../store/catalogue/products.ts';
import type { Product } from '../../../store/entities/people.ts';
import { createCheckoutOrder, keepPayPalOrder, type NewOrder, upsertLine } from '../../../store/orders/new-orders.ts';
import { orderByReference } from '../../../store/orders/orders.ts';
import { timelineOf } from '../../../store/orders/timeline.ts';
import {
  insertCredential,
  insertUser,
  openTestStore,
  refusalOf,
  refusedLock,
  rowsOf,
  type TestStore,
} from '../fixtures.ts';

const clp = (minor: bigint) => money(minor, 'CLP');
const shipTo = {
  fullName: 'Ana Rojas',
  line1: 'Av. Matta 1',
  city: 'Santiago',
  region: 'RM',
  postalCode: '1',
  country: 'CL',
};

describe('orders that come in', () => {
  let db: TestStore;
  let userId: UserId;
  before(async () => {
    db = await openTestStore(10);
    userId = await db.store.transaction(em => insertUser(em));
  });
  after(() => db[Symbol.asyncDispose]());

  type Line = NewOrder & { externalOrderId: string; externalLineId: string };
  const line = (facts: Partial<Line> = {}): Line => ({
    userId,
    channel: 'mercadolibre',
    credentialId: null,
    buyerAccount: undefined,
    externalOrderId: randomUUID(),
    externalLineId: '1',
    listingId: 'MLC1',
    variationId: '',
    quantity: 3,
    sale: clp(29_990n),
    marketplaceFee: clp(4_169n),
    shipTo,
    custody: { proceedsHeldBy: 'reseller', supplierPaidBy: 'platform' },
    ...facts,
  });
  const take = (news: Line) => db.store.transaction(em => upsertLine(em, news));

  it('are made from a marketplace’s line as it stands there', async () => {
    const news = line();
    const { order, created } = await take(news);
    expect(created).to.equal(true);
    expect(order).to.include({
      userId,
      channel: 'mercadolibre',
      externalOrderId: news.externalOrderId,
      quantity: 3,
      saleMinor: 29_990n,
      saleCurrency: 'CLP',
      marketplaceFeeMinor: 4_169n,
      proceedsHeldBy: 'reseller',
      supplierPaidBy: 'platform',
      status: 'CREATED',
      productId: null,
      nextCheckAt: null,
    });
    expect(order.shipTo).to.deep.equal(shipTo);
  });

  it('are one per marketplace, order and line, however often the news comes and however many at once', async () => {
    const news = line();
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(news)));
    expect(new Set(taken.map(({ order }) => order.id)).size).to.equal(1);
    expect(taken.filter(({ created }) => created)).to.have.length(1);
    const again = await take({ ...news, quantity: 99, sale: clp(1n) });
    expect(again).to.include({ created: false });
    expect(again.order).to.include({ quantity: 3, saleMinor: 29_990n });
    expect(await db.store.read(em => timelineOf(em, again.order.id))).to.have.length(1);
    const others = [line({ ...news, externalLineId: '2' }), line({ ...news, channel: 'ebay' })];
    for (const other of others) expect(await take(other)).to.include({ created: true });
  });

  it('are locked for who takes them, until that transaction ends', async () => {
    const news = line();
    await take(news);
    await db.store.transaction(async em => {
      await upsertLine(em, news);
      expect(await refusedLock(db.store, other => upsertLine(other, news))).to.equal(true);
    });
  });

  const stockUp = (title = 'Lamp') =>
    db.store.transaction(em =>
      addProduct(em, {
        userId,
        title,
        price: money(2_999n, 'USD'),
        maxBuy: money(1_700n, 'USD'),
        supplierProductId: '1005',
        supplierSkuId: '12000',
      }),
    );

  it('at our own checkout are there before PayPal knows of them, and are found by its id after that', async () => {
    const product = await stockUp();
    expect([productPrice(product), productMaxBuy(product)]).to.deep.equal([money(2_999n, 'USD'), money(1_700n, 'USD')]);
    const checkOut = () =>
      db.store.transaction(em =>
        createCheckoutOrder(em, {
          product,
          quantity: 2,
          sale: money(5_998n, 'USD'),
          shipTo,
          custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'reseller' },
          checkoutTokenHash: 'hash',
        }),
      );
    const order = await checkOut();
    expect(order).to.include({ status: 'CREATED', userId, productId: product.id, quantity: 2, saleMinor: 5_998n });
    expect(order.nextCheckAt!.getTime()).to.be.greaterThan(Date.now());
    const find = () => db.store.read(em => orderByReference(em, 'paypal', '5O19'));
    const keep = (id: OrderId) =>
      db.store.transaction(em =>
        keepPayPalOrder(em, id, { paypalOrderId: '5O19', approveUrl: 'https://approve', account: 'ours' }),
      );
    expect(await find()).to.equal(null);
    await keep(order.id);
    expect(await find()).to.include({ id: order.id, approveUrl: 'https://approve' });
    // One order of theirs is one of ours.
    expect(await refusalOf(keep((await checkOut()).id))).to.equal('orders_marketplace_line');
  });

  it('find the variation’s own listing, else the listing as a whole, and only in their own account', async () => {
    const [mine, other] = await db.store.transaction(
      async em => [await insertCredential(em), await insertCredential(em)] as const,
    );
    const [whole, blue, newBlue] = [await stockUp('whole'), await stockUp('blue'), await stockUp('new blue')];
    const map = (variationId: string, { id }: Product) =>
      db.store.transaction(em => mapListing(em, { credentialId: mine, externalId: '42', variationId, productId: id }));
    const find = async (credentialId: CredentialId, variationId: string) =>
      (await db.store.read(em => findListing(em, credentialId, '42', variationId)))?.productId;
    await map('', whole);
    await map('blue', blue);
    const found = [await find(mine, 'blue'), await find(mine, 'red'), await find(mine, '')];
    expect(found).to.deep.equal([blue.id, whole.id, whole.id]);
    expect(await find(other, 'blue')).to.equal(undefined);
    await map('blue', newBlue);
    expect(await find(mine, 'blue')).to.equal(newBlue.id);
    expect(await rowsOf(db.store, `select id from listings where external_id = '42'`)).to.have.length(2);
  });
});

describe('users', () => {
  it('are one per address, however it is written, and however many sign up at once', async () => {
    await using db = await openTestStore();
    const add = (email: string) =>
      db.store.transaction(em => addUser(em, { email, passwordHash: 'h', role: 'reseller', payoutReceiver: null }));
    const added = await Promise.all(['Ana@Example.com', ' ana@example.com', 'ANA@EXAMPLE.COM '].map(add));
    expect(added.filter(Boolean)).to.have.length(1);
    expect(await db.store.read(em => findUserByEmail(em, ' aNa@example.com'))).to.include({ email: 'ana@example.com' });
  });
});
