/** Covers: workers/connections/account-shown.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { commissionAdmin } from '../../../store/accounts/users.ts';
import { keepBrowserLogin } from '../../../store/connections/browser-login.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import { timelineOf } from '../../../store/orders/timeline.ts';
import { createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { importFrom, intentsOf, placeOnEbay, rows } from '../workbench.ts';

const platformLogin = 'buyer@platform.example';

describe('the account of a purchase in doubt, as its reseller reads it', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller, { listedOn: 'ebay', cost: 1_000n });
    const { environment } = stage.config.aliexpress;
    await stage.store.transaction(async em => {
      const { id: userId } = await commissionAdmin(em);
      const login = { userId, environment, email: platformLogin, password: 'x', moneyHolder: 'platform' } as const;
      await keepBrowserLogin(em, stage.context.box, login);
    });
  });
  after(() => stage[Symbol.asyncDispose]());

  /** A purchase whose answer was lost, as if it had been made with this account; nobody can look it up. */
  async function lost(account: string | undefined) {
    const buyer = `buyer-${randomUUID().slice(0, 8)}`;
    const sold = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 4_999 }], buyer });
    const [order] = await importFrom(stage, seller, 'ebay', sold);
    const id = String(order?.id);
    await stage.perform('fulfill', id);
    await stage.control('faults', { provider: 'aliexpress', operation: 'order-create', kind: 'drop-reply', times: 1 });
    expect(await stage.perform('purchase', id)).to.match(/^uncertain/);
    const [effect] = await intentsOf(stage, 'buy', id);
    if (account) await rows(stage, 'update effects set account = ? where id = ?', [account, effect?.id]);
    return { id, buyer, account: account ?? String(effect?.account) };
  }

  async function erase(username: string): Promise<void> {
    const notification = { notificationId: randomUUID(), data: { username } };
    const body = { metadata: { topic: 'MARKETPLACE_ACCOUNT_DELETION' }, notification };
    const event = await stage.store.transaction(em =>
      storeEvent(em, {
        source: 'ebay',
        eventId: notification.notificationId,
        type: body.metadata.topic,
        body: Buffer.from(JSON.stringify(body)),
        wanted: true,
      }),
    );
    await stage.perform('apply-event', String(event?.id));
  }

  /** Parked twice: because its buyer was erased, and because nobody can prove whether it was bought. */
  async function parkedTwice(account?: string) {
    const { id, buyer, account: known } = await lost(account);
    await erase(buyer);
    await rows(stage, `update orders set status = 'PURCHASING', reason = null where id = ?`, [id]);
    expect(await stage.perform('purchase', id)).to.match(/^NEEDS_REVIEW \(EFFECT_UNPROVEN\)/);
    const timeline = await stage.store.read(em => timelineOf(em, id as OrderId));
    const shown = timeline.flatMap(({ detail }) => {
      const evidence = detail?.evidence as { account?: string } | undefined;
      return evidence?.account === undefined ? [] : [evidence.account];
    });
    return { account: known, shown, text: JSON.stringify(timeline.map(({ note, detail }) => [note, detail])) };
  }

  it('is the reseller’s own', async () => {
    const { account, shown } = await parkedTwice();
    expect(shown).to.deep.equal([account, account]);
  });

  it('is only told to be the platform’s where it is', async () => {
    const { shown, text } = await parkedTwice(platformLogin);
    expect(shown).to.deep.equal(['of the platform', 'of the platform']);
    expect(text).not.to.include(platformLogin);
  });
});
