/** Covers: dashboard/pages/next-action.ts, dashboard/pages/order-remedies.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CredentialId, OrderId } from '../../domain/ids.ts';
import type { FailureReason, Freeze, ReviewReason, WaitReason } from '../../domain/order.ts';
import { settingsBySubject } from '../../runtime/config.ts';
import { Effect } from '../../store/entities/money.ts';
import type { Order } from '../../store/entities/order.ts';
import { saveUnquantified } from '../../store/money/unquantified-refunds.ts';
import { berlin } from '../support/stage.ts';
import { addEffect, addMarketplaceAccount, payFor } from './order-in-state.ts';
import { openWorld, operator, type visitor, type World } from './world.ts';

/**
 * What ends it: a form of the order's page by the deed in its address, a decision by its name, a page that is linked; or
 * words that say who else must do it.
 */
type End =
  | { readonly form: 'refund' | 'address' | 'listing' | 'funding-limit' | 'settle'; readonly facts?: Partial<Order> }
  | { readonly decide: string; readonly facts?: Partial<Order> }
  | { readonly page: '/rates' | '/browser' }
  | { readonly says: RegExp };

const nobodyHere: End = { says: /Nothing: |by itself/ };

const waits: Readonly<Record<WaitReason, End>> = {
  HOLD: nobodyHere,
  FAILED_INSUFFICIENT_FUNDS: { form: 'funding-limit', facts: { supplierPaidBy: 'reseller' } },
  DAILY_LIMIT_REACHED: nobodyHere,
  FX_RATE_MISSING: { page: '/rates' },
  LISTING_NOT_MAPPED: { form: 'listing' },
  ADDRESS_MISSING: { form: 'address', facts: { shipTo: null } },
  ADDRESS_INVALID: { form: 'address' },
  RECONNECT_NEEDED: { says: /Only the owner can/ },
  SUPPLIER_UNPAID: { says: /on the supplier’s site before its deadline/ },
  CANCELLATION_ASKED: { says: /at the marketplace/ },
  ORDER_ABOVE_CAP: { decide: 'fail' },
  SUPPLIER_REFUND_UNPROVEN: { decide: 'supplier-refunded' },
  BUYER_ACCOUNT_PAUSED: { page: '/browser' },
  BROWSER_AUTOMATION_DISABLED: { page: '/browser' },
};

const reviews: Readonly<Record<ReviewReason, End>> = {
  WRONG_AMOUNT: { decide: 'buy-again' },
  PAID_AFTER_CANCEL: { decide: 'fail' },
  FEE_CURRENCY: { page: '/rates' },
  MONEY_RETURNED: { decide: 'buy-again' },
  PAYMENT_REVERSED: { decide: 'fail' },
  FRAUD_RISK: { decide: 'fail' },
  LABEL_BY_MARKETPLACE: { decide: 'supplied' },
  SHIPPED_BY_MARKETPLACE: { decide: 'supplied' },
  NOT_TO_BE_SHIPPED: { decide: 'refunded' },
  UNKNOWN_STATUS: { decide: 'buy-again' },
  UNCONFIRMED_SALE: { decide: 'fail' },
  TAKEN_UP_BY_HAND: { decide: 'buy-again' },
  SHIPPED_BY_SELLER: { decide: 'supplied' },
  CANCELLED_AFTER_PURCHASE: { decide: 'not-coming' },
  REFUND_BY_SELLER: { decide: 'refunded' },
  REFUND_AFTER_PURCHASE: { decide: 'not-coming' },
  REFUND_FAILED: { decide: 'refunded' },
  EFFECT_UNPROVEN: { decide: 'bought' },
  EFFECT_CONTRADICTED: { form: 'settle' },
  SUPPLIER_NEEDS_ATTENTION: { decide: 'go-on' },
  SUPPLIER_CANCELLED: { decide: 'go-on' },
  SUPPLIER_CURRENCY: { page: '/rates' },
  BUYER_ERASED: { decide: 'fail' },
  TOO_LATE_TO_BUY: { decide: 'buy-again' },
  UNREADABLE_ANSWER: { decide: 'fail' },
  UNREADABLE_SALE: { decide: 'fail' },
  PROGRAM_ERROR: { decide: 'buy-again' },
};

const refund: End = { form: 'refund' };
const failures: Readonly<Record<FailureReason, End>> = {
  UNPROFITABLE: refund,
  OUT_OF_STOCK: refund,
  PRICE_ABOVE_MAXIMUM: refund,
  VARIANT_GONE: refund,
  PRODUCT_GONE: refund,
  NOT_SHIPPABLE: refund,
  SUPPLIER_REFUSED: refund,
  DECIDED_BY_PERSON: refund,
  SUPPLIER_PAYMENT_EXPIRED: refund,
};

const held: Readonly<Record<Freeze, End>> = {
  DISPUTE: { says: /Answer the dispute at the channel/ },
  CONTRADICTION: { form: 'settle' },
  CANCELLATION_ASKED: nobodyHere,
  REFUND_PENDING: nobodyHere,
  PAYMENT_REVERSED: { decide: 'fail' },
  MARKETPLACE_REFUND: { decide: 'marketplace-refunded' },
  SUPPLIER_CANCELLED: {
    decide: 'supplier-refunded',
    facts: { status: 'WAITING', waitReason: 'SUPPLIER_REFUND_UNPROVEN' },
  },
};

/** What somebody enters, by the name of the field. */
const typed: Readonly<Record<string, string>> = {
  why: 'looked there',
  fullName: 'Erika Muster',
  line1: 'Hauptstr. 1',
  city: 'Berlin',
  country: 'DE',
  limit: '500',
  amount: '0',
  returned: '0',
  lost: '0',
  cost: '0',
  reference: 'bank-77',
};

type Form = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

/** The forms of a page with what stands in them, as a browser would send them. */
function formsOf(page: string): Form[] {
  return [...page.matchAll(/<form(?: class="\w+")? method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', body = '']) => {
      const inputs = [...body.matchAll(/<input[^>]*>/g)].map(([tag]) => [
        /name="([^"]*)"/.exec(tag)?.[1] ?? '',
        /value="([^"]*)"/.exec(tag)?.[1] ?? '',
      ]);
      const selects = [...body.matchAll(/<select name="([^"]+)".*?<option value="([^"]+)"/gs)].map(
        ([, name, first]) => [name, first],
      );
      return { action, fields: Object.fromEntries([...inputs, ...selects]) as Form['fields'] };
    },
  );
}

describe('what a page tells an operator to do', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  let account: CredentialId;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
    account = await addMarketplaceAccount(world);
  });
  after(() => world.close());

  const settings = Object.values(settingsBySubject({})).flatMap(subject => Object.keys(subject));

  /** Goods were ordered for what is to be undone; for what is in doubt, perhaps. */
  async function bought(order: OrderId, end: End): Promise<void> {
    const decision = 'decide' in end ? end.decide : '';
    if (decision === 'bought') await addEffect(world, { purpose: 'buy', subject: order, status: 'OPEN' });
    if (!['go-on', 'not-coming', 'supplier-refunded'].includes(decision)) return;
    await addEffect(world, { purpose: 'buy', subject: order, status: 'DONE' });
  }

  async function contradicted(order: OrderId): Promise<void> {
    await addEffect(world, { purpose: 'buy', subject: order, status: 'DISPROVEN', closedAt: new Date() });
    const effect = await world.store.read(em => em.findOneOrFail(Effect, { subject: order }));
    await world.store.transaction(em =>
      em.execute(`insert into contradictions (id, effect_id, order_id, subject, evidence) values (?, ?, ?, ?, '{}')`, [
        randomUUID(),
        effect.id,
        order,
        order,
      ]),
    );
  }

  async function untold(orderId: OrderId): Promise<void> {
    const [payment] = await world.store.read(em =>
      em.execute<{ id: string }[]>('select id from payments where order_id = ?', [orderId]),
    );
    await world.store.transaction(em => saveUnquantified(em, { id: payment!.id, orderId }, 'some'));
  }

  async function orderIn(facts: Partial<Order>, end: End): Promise<OrderId> {
    const listing = { channel: 'ebay', credentialId: account, listingId: '1100', productId: null } as const;
    const order = await world.addOrder({
      shipTo: berlin,
      maxCostMinor: 2_500n,
      fxRate: '1',
      externalOrderId: randomUUID(),
      ...(facts.waitReason === 'LISTING_NOT_MAPPED' ? { ...listing, externalLineId: '1' } : {}),
      ...facts,
      ...('facts' in end ? end.facts : {}),
    });
    await payFor(world, order);
    await bought(order, end);
    if ('form' in end && end.form === 'settle') await contradicted(order);
    if ('decide' in end && end.decide === 'marketplace-refunded') await untold(order);
    return order;
  }

  const isEnd =
    (end: End) =>
    ({ action, fields }: Form) =>
      'form' in end ? action.endsWith(`/${end.form}`) : 'decide' in end && fields.decision === end.decide;

  async function press({ action, fields }: Form): Promise<void> {
    const entered = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value || (typed[name] ?? '')]),
    );
    if ('supplierOrders' in entered) entered.supplierOrders = `8${String(Date.now()).padStart(15, '1')}`;
    if (fields.decision === 'refunded') entered.amount = '5.00';
    const { status, text } = await admin.post(action).type('form').send(entered);
    expect(status, `${action}: ${/<h1>(.*?)<\/h1>/.exec(text)?.[1]}`).to.equal(303);
  }

  async function walk(facts: Partial<Order>, end: End): Promise<void> {
    const id = await orderIn(facts, end);
    const { text } = await admin.get(`/orders/${id}`).expect(200);
    expect(text).not.to.match(/\/api\/|\b(GET|PUT|POST) /);
    expect(settings.filter(name => new RegExp(`\\b${name}\\b`).test(text))).to.deep.equal([]);
    const notices = [...text.matchAll(/<p class="notice [a-z]+">(.*?)<\/p>/gs)].map(([, notice]) => notice).join(' ');
    if ('says' in end) expect(notices).to.match(end.says);
    else if ('page' in end) {
      expect(notices).to.include(`href="${end.page}"`);
      await admin.get(end.page).expect(200);
    } else {
      const form = formsOf(text).find(isEnd(end));
      expect(form, `the form on the page; there are ${JSON.stringify(formsOf(text))}`).not.to.equal(undefined);
      await press(form!);
    }
  }

  for (const [waitReason, end] of Object.entries(waits) as [WaitReason, End][])
    it(`about an order that waits: ${waitReason}`, () => walk({ status: 'WAITING', waitReason }, end));
  for (const [reason, end] of Object.entries(reviews))
    it(`about an order that a person must look at: ${reason}`, () => walk({ status: 'NEEDS_REVIEW', reason }, end));
  for (const [reason, end] of Object.entries(failures))
    it(`about an order that failed: ${reason}`, () => walk({ status: 'FAILED', reason }, end));
  for (const [frozenFor, end] of Object.entries(held) as [Freeze, End][])
    it(`about an order that is held: ${frozenFor}`, () =>
      walk({ status: 'NEEDS_REVIEW', reason: 'PROGRAM_ERROR', frozenFor }, end));

  it('about an exchange rate that jumped: it is confirmed', async () => {
    const enter = (rate: string) =>
      admin.post('/rates').type('form').send({ base: 'USD', quote: 'CLP', rate }).expect(303);
    await enter('941.35');
    await enter('94.135');
    const { text } = await admin.get('/rates').expect(200);
    const [confirm] = formsOf(text).filter(({ action }) => action.endsWith('/confirm'));
    await press(confirm!);
    expect(formsOf((await admin.get('/rates')).text).map(({ action }) => action)).to.deep.equal(['/logout', '/rates']);
    for (const wrong of [
      { base: 'USD', quote: 'USD', rate: '1' },
      { base: 'USD', quote: 'CLP', rate: '0' },
    ])
      await admin.post('/rates').type('form').send(wrong).expect(400);
  });
});
