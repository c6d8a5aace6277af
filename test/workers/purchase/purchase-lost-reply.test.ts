/** Covers: workers/purchase/purchase.ts, workers/purchase/resend-purchase.ts. */
import { expect } from 'chai';
import type { Failpoint } from '../../../workers/context/context.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { lastEvidence } from '../../support/timeline-lines.ts';
import { until } from '../../support/until.ts';
import {
  type Changes,
  connectAliExpress,
  fromNow,
  hourMs,
  intentsOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
} from '../workbench.ts';

describe('a purchase whose answer is lost', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(() => stage.control('settings', { duplicateOutOrderId: 'same-order' }));
  after(() => stage[Symbol.asyncDispose]());

  const purchase = (id: string, changes: Changes = {}) => performWith(stage, changes, 'purchase', id);
  const boughtFor = async (id: string) =>
    (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id)).length;
  const intentOf = async (id: string) => (await intentsOf(stage, 'buy', id)).at(-1);

  const fault = (kind: string, change: object = {}) =>
    stage.control('faults', { provider: 'aliexpress', operation: 'order-create', kind, times: 1, ...change });

  /** An order whose create was performed, and whose answer never came. */
  const lostReply = async (): Promise<string> => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await fault('drop-reply');
    expect(await purchase(id)).to.match(/^uncertain \(ALIEXPRESS_NO_ANSWER\), looked up again at /);
    expect(await intentOf(id)).to.include({ status: 'OPEN', sends: 1, generation: 1 });
    return id;
  };

  it('is found with the same request when the supplier answers a repetition with the same order', async () => {
    const id = await lostReply();
    const { request } = (await intentOf(id)) ?? {};
    expect(await stage.order(id)).to.include({ status: 'PURCHASING' });
    expect(await purchase(id)).to.equal('PURCHASED');
    expect(await intentOf(id)).to.include({ status: 'DONE', sends: 2, generation: 1, request });
    expect(await boughtFor(id)).to.equal(1);
    expect(await rows(stage, 'select number from supplier_orders where order_id = ?', [id])).to.have.length(1);
  });

  const troubles: readonly { what: string; kind: string; change?: object }[] = [
    { what: 'is half a body', kind: 'malformed' },
    { what: 'is a server error', kind: 'status', change: { status: 502 } },
  ];
  for (const { what, kind, change } of troubles)
    it(`is bought once when the answer ${what}`, async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      await fault(kind, change);
      expect(await purchase(id)).to.match(/^uncertain/);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await boughtFor(id)).to.equal(1);
    });

  it('is not taken for out of stock because it was itself the last piece', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller, { stock: 1 }));
    await fault('drop-reply');
    await purchase(id);
    expect(await purchase(id)).to.equal('PURCHASED');
    expect(await boughtFor(id)).to.equal(1);
  });

  it('is bought once when its deadline passes while the supplier is silent', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await fault('timeout');
    const deadline = new AbortController();
    const running = purchase(id, { signal: deadline.signal });
    const hangs = async () => (await stage.control<{ faults: object[] }>('faults')).faults.length === 0;
    await until(hangs, { describe: 'a call that hangs' });
    deadline.abort();
    expect(await running).to.match(/^uncertain \(ALIEXPRESS_NO_ANSWER\)/);
    expect(await purchase(id)).to.equal('PURCHASED');
    expect(await boughtFor(id)).to.equal(1);
  });

  it('stays uncertain while the supplier only says that it is repeated, and is for a person when its window is over', async () => {
    await stage.control('settings', { duplicateOutOrderId: 'repeated-order-error' });
    const id = await lostReply();
    for (const hours of [0, 1, 19])
      expect(await purchase(id, { now: fromNow(hours * hourMs + 1_000) })).to.match(
        /^uncertain \(ALIEXPRESS_REPEATED_ORDER_ERROR\)/,
      );
    expect(await stage.order(id)).to.include({ status: 'PURCHASING' });

    await purchase(id, { now: fromNow(21 * hourMs) });
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await lastEvidence(stage, id)).to.include({
      purpose: 'buy',
      route: 'aliexpress-api',
      key: (await intentOf(id))?.idempotencyKey,
      sends: 4,
    });
    expect(await boughtFor(id)).to.equal(1);
    expect((await reservationsOf(stage, id)).map(({ status }) => status)).to.deep.equal(['HELD']);
  });

  it('is shown to a person with what its account was told of meanwhile, but for the orders of others', async () => {
    const known = await orderToBuy(stage, await stage.stockUp(seller));
    await purchase(known.id);
    const ours = await rows<{ number: string }>(stage, 'select number from supplier_orders where order_id = ?', [
      known.id,
    ]);
    const other = await stage.hireSeller();
    const account = (by: Seller) =>
      rows<{ id: string }>(
        stage,
        `select id from api_credentials where user_id = ? and api_name = 'aliexpress-dropshipping'`,
        [by.id],
      );
    const tell = async (by: Seller, number: string, receivedAt = new Date()) => {
      const [credential] = await account(by);
      await rows(
        stage,
        `insert into inbound_events (id, source, event_id, type, subject, headers, body, credential_id, status, received_at)
         values (gen_random_uuid(), 'aliexpress', ?, 'OrderCreated', ?, '{}', '', ?, 'IGNORED', ?)`,
        [`told-${number}`, number, credential?.id, receivedAt],
      );
    };
    await tell(seller, '8100000000000001', fromNow(-hourMs));
    const id = await lostReply();
    await tell(seller, '8100000000000002');
    await tell(other, '8100000000000003');
    await tell(seller, ours[0]?.number ?? '');
    await purchase(id, { now: fromNow(21 * hourMs) });
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await lastEvidence(stage, id)).to.include({ told: '8100000000000002' });
  });

  it('is not sent again once the supplier has forgotten its key', async () => {
    const id = await lostReply();
    const clock = await stage.control<{ now: string }>('clock', { advanceSeconds: 25 * 3_600 });
    await purchase(id, { now: new Date(clock.now) });
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await boughtFor(id)).to.equal(1);
  });

  it('is left alone while the first call may still be running', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await fault('drop-reply');
    const config = { lookUpQuarantineMs: 60_000 };
    await purchase(id, { config });
    expect(await purchase(id, { config })).to.match(/^uncertain \(EFFECT_IN_FLIGHT\)/);
    expect(await intentOf(id)).to.include({ sends: 1 });
    const { nextCheckAt } = await stage.order(id);
    expect((nextCheckAt?.getTime() ?? 0) - Date.now()).to.be.within(1_000, 61_000);
    expect(await purchase(id, { config, now: fromNow(61_000) })).to.equal('PURCHASED');
  });

  it('is for a person when the account that placed it has made way for another', async () => {
    const moved = await stage.hireSeller();
    const { id } = await orderToBuy(stage, await stage.stockUp(moved));
    await fault('drop-reply');
    await purchase(id);
    await connectAliExpress(stage, moved, { name: `platform-new-${moved.email}` });
    await purchase(id);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    expect(await boughtFor(id)).to.equal(1);
  });

  const deaths: readonly { at: Failpoint; keys: number }[] = [
    { at: 'effect-opened', keys: 2 },
    { at: 'effect-sending', keys: 1 },
    { at: 'effect-answered', keys: 1 },
    { at: 'effect-closed', keys: 1 },
  ];
  for (const { at, keys } of deaths)
    it(`is bought once when the process dies at ${at}`, async () => {
      const { id } = await orderToBuy(stage, await stage.stockUp(seller));
      const failpoint = (name: Failpoint) => {
        if (name === at) throw new Error(`died at ${name}`);
      };
      const death = await purchase(id, { failpoint }).catch((error: Error) => error.message);
      expect(death).to.equal(`died at ${at}`);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await boughtFor(id)).to.equal(1);
      expect(await intentsOf(stage, 'buy', id)).to.have.length(keys);
    });

  it('is bought once when several runs are at it together', async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(seller));
    await Promise.all(Array.from({ length: 5 }, () => purchase(id)));
    await stage.sweepAndDrain();
    expect((await stage.order(id)).status).to.equal('PURCHASED');
    expect(await boughtFor(id)).to.equal(1);
  });
});
