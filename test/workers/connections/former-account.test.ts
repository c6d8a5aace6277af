/** Covers: workers/connections/own-account.ts. */
import { expect } from 'chai';
import { createPayPalClient } from '../../../providers/paypal/client.ts';
import { changeSettings } from '../../../store/accounts/users.ts';
import { checkLedger } from '../../../store/books/ledger-check.ts';
import { formerKeys, keepProviderKeys, withEnteredKeys } from '../../../store/connections/provider-keys.ts';
import { openPlatformFeeds } from '../../../store/events/feeds.ts';
import { legsOfOrder } from '../../../store/payouts/legs.ts';
import { atAccount, isPresentAccount } from '../../../workers/connections/own-account.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { type Changes, hourMs, notesOf, performWith, rows } from '../workbench.ts';

const another = { clientId: 'another-account', clientSecret: 'another-secret', webhookId: 'WH-9' };

/** Keys of another PayPal account are entered while something of the old one is open. */
describe('what was done with an account that is not ours any more', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('paypal-accounts', another);
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(async () => expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]));

  /** As every worker is after its next start: the other account knows nothing of what the old one has done. */
  const replaced = (oldKeys: 'kept' | 'lost', later = 0): Changes => {
    const { config, context } = stage;
    const own = { ...config.paypal, ...another };
    const former = { paypal: new Map([[config.paypal.clientId, context.providers.paypal]]), payoneer: new Map() };
    return {
      config: { paypal: own },
      providers: {
        paypal: createPayPalClient({ ...own, gate: undefined }),
        ...(oldKeys === 'kept' ? { former } : {}),
      },
      now: new Date(context.now().getTime() + later),
    };
  };
  /** Captured, and the answer was lost. */
  const captured = async () => {
    const { id } = await stage.checkout(await stage.stockUp(seller));
    await stage.control('faults', { provider: 'paypal', operation: 'capture', kind: 'drop-reply', times: 1 });
    await stage.perform('capture-payment', id);
    expect((await stage.order(id)).status).to.equal('CREATED');
    return id;
  };

  for (const later of [0, 7 * hourMs, 25 * hourMs])
    it(`a capture whose answer was lost is found ${later / hourMs} hours later, through the old account's keys`, async () => {
      const id = await captured();
      await performWith(stage, replaced('kept', later), 'capture-payment', id);
      expect((await stage.order(id)).status).to.equal('PAID');
    });

  it('a capture whose answer was lost is a person’s without those keys, and never "not approved"', async () => {
    const id = await captured();
    for (const hours of [7, 7.2, 7.4, 7.6, 7.8, 8, 8.2])
      await performWith(stage, replaced('lost', hours * hourMs), 'capture-payment', id).catch(() => undefined);
    expect((await stage.order(id)).status).to.equal('NEEDS_REVIEW');
    expect((await notesOf(stage, id)).join()).not.to.include('approved by the buyer');
  });

  it('an order that was approved there is not captured by anybody else', async () => {
    const { id } = await stage.checkout(await stage.stockUp(seller));
    await performWith(stage, replaced('kept'), 'capture-payment', id);
    expect((await stage.order(id)).status).to.equal('CREATED');
    expect((await stage.effects('capture')).filter(({ detail }) => detail.customId === id)).to.deep.equal([]);
    await performWith(stage, replaced('kept', 7 * hourMs), 'capture-payment', id);
    expect((await stage.order(id)).status).to.equal('CANCELLED');
  });

  it('a payment there is given back there, by hand: another account cannot', async () => {
    await stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
    const { id } = await stage.paidOrder(await stage.stockUp(seller, { stock: 0 }));
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, id);
    await performWith(stage, replaced('kept'), 'refund', id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'REFUND_FAILED' });
    expect(await stage.effects('refund')).to.deep.equal([]);
  });

  it('a payout that was sent from there is followed there', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const [leg] = await stage.store.read(em => legsOfOrder(em, id));
    await stage.perform('payout', leg?.id ?? '');
    await stage.control('settings', { payoutSettleMs: 0 });
    await stage.passTime(3_600, 'still');
    await performWith(stage, replaced('kept'), 'payout', leg?.id ?? '');
    expect((await stage.store.read(em => legsOfOrder(em, id)))[0]?.status).to.equal('PAID');
  });

  it('a refund there is heard of in its own list of events, and booked', async () => {
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    const { environment, clientId } = stage.config.paypal;
    const applications = [another.clientId, clientId].map(one => `${environment}/${one}`);
    await stage.store.transaction(em => openPlatformFeeds(em, applications));
    const capture = (await stage.effects('capture')).find(({ detail }) => detail.customId === id);
    await stage.control('refund', { captureId: capture?.reference, amountMinor: '500' });
    const feeds = await rows<{ id: string }>(stage, 'select id from feeds where application is not null');
    stage.jobs.length = 0;
    for (const feed of feeds) await performWith(stage, replaced('kept', 2 * hourMs), 'reconcile', feed.id);
    for (const { payload } of stage.jobs.splice(0))
      await performWith(stage, replaced('kept'), 'apply-event', Object.values(payload)[0] ?? '');
    expect(await rows(stage, 'select amount_minor::text as minor from refunds where order_id = ?', [id])).to.deep.equal(
      [{ minor: '500' }],
    );
  });

  it('is never taken for the present one while it is read, and the present one is read from there', () => {
    const { config = {}, providers = {} } = replaced('kept');
    const ctx = {
      ...stage.context,
      config: { ...stage.config, ...config },
      providers: { ...stage.context.providers, ...providers },
    };
    const old = { paypalAccount: stage.config.paypal.clientId };
    const there = atAccount(ctx, 'paypal', old.paypalAccount);
    expect(there.providers.paypal).to.equal(stage.context.providers.paypal);
    expect([isPresentAccount(there, old), isPresentAccount(there, { paypalAccount: another.clientId })]).to.deep.equal([
      false,
      true,
    ]);
    expect(atAccount(there, 'paypal', another.clientId).providers.paypal).to.equal(ctx.providers.paypal);
  });

  it('is read with keys that are kept when others are entered, sealed, until they are entered again', async () => {
    const { config, context, store } = stage;
    const changedBy = seller.id;
    const own = { clientId: config.paypal.clientId, clientSecret: config.paypal.clientSecret, webhookId: 'WH-8' };
    const enter = async (keys: typeof another) => {
      const inForce = (await withEnteredKeys(config, store, context.box)).paypal;
      const entry = { provider: 'paypal', environment: config.paypal.environment, keys, inForce, changedBy } as const;
      await store.transaction(em => keepProviderKeys(em, context.box, entry));
      const started = await withEnteredKeys(config, store, context.box);
      // The environment's variables are another account's by then.
      const given = { ...config, paypal: { ...config.paypal, clientId: started.paypal.clientId } };
      return (await formerKeys(started, given, store, context.box)).paypal.map(({ clientId }) => clientId);
    };
    expect(await enter(another)).to.deep.equal([own.clientId]);
    expect(await enter({ ...another, clientSecret: 'changed-secret' })).to.deep.equal([own.clientId]);
    expect(await enter(own)).to.deep.equal([another.clientId]);
  });
});
