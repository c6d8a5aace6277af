/** Covers: store/database/timeline-lines.ts, store/sealing/resealing.ts. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import type { EncryptionKey } from '../../../runtime/config.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { eraseOrders } from '../../../store/forgetting/erasure.ts';
import { note, noteNews, timelineOf } from '../../../store/orders/timeline.ts';
import { assertKeysFit } from '../../../store/sealing/encryption-keys.ts';
import { sealPlain } from '../../../store/sealing/resealing.ts';
import { rotateKeys } from '../../../store/sealing/rotate-keys.ts';
import { berlin, createStage, type Stage } from '../../support/stage.ts';
import { tablesThatShow } from '../../workers/forgetting/traces.ts';
import { rows } from '../../workers/workbench.ts';

const complaint = 'the supplier does not deliver to Ms Underhill, 77 Quincunx Lane';
const detail = { code: 'ADDRESS', answer: { receiver: 'Z. Underhill' } };
const traces = /Underhill|Quincunx/i;

describe('what a timeline says', () => {
  let stage: Stage;
  let id: OrderId;
  beforeEach(async () => {
    stage = await createStage();
    ({ id } = await stage.paidOrder(await stage.stockUp(await stage.hireSeller())));
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const complain = () => stage.store.transaction(em => note(em, id, 'tried', complaint, detail));
  const timeline = (store: Store = stage.store, of = id) => store.read(em => timelineOf(em, of));
  const lastLine = async (store?: Store) => {
    const line = (await timeline(store)).at(-1);
    return { note: line?.note, detail: line?.detail };
  };
  const refusalOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: Error) => error.message,
    );
  /** As an earlier release has written it. */
  const complainPlainly = () =>
    rows(stage, `insert into order_events (order_id, kind, note, detail) values (?, 'tried', ?, ?::jsonb)`, [
      id,
      complaint,
      JSON.stringify({ ...detail, topic: 'supplier/Ms Underhill' }),
    ]);

  it('is sealed at rest, and read as it was written; its codes lie open', async () => {
    await complain();
    expect(await tablesThatShow(stage, traces)).to.deep.equal([]);
    expect(await lastLine()).to.deep.equal({ note: complaint, detail });
    expect(await rows(stage, `select detail from order_events where detail ->> 'code' = 'ADDRESS'`)).to.deep.equal([
      { detail: { code: 'ADDRESS' } },
    ]);
  });

  it('opens in its own line only, and one that does not open keeps nobody from the others', async () => {
    await complain();
    const other = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    const before = await timeline(stage.store, other.id);
    for (const [order, name] of [
      [other.id, 'bound_to'],
      [id, 'gen_random_uuid()'],
    ])
      await rows(
        stage,
        `insert into order_events (order_id, kind, bound_to, note, told, detail)
         select ?, kind, ${name}, note, told, detail from order_events where detail ->> 'code' = 'ADDRESS' limit 1`,
        [order],
      );
    const unopened = { note: 'this line does not open (SEALED_TEXT_REFUSED)', detail: { code: 'ADDRESS' } };
    expect(await lastLine()).to.deep.equal(unopened);
    const after = await timeline(stage.store, other.id);
    expect(after.map(line => line.note)).to.deep.equal([...before.map(line => line.note), unopened.note]);
  });

  it('that was stored plain is read as it is, and sealed by the workers, once', async () => {
    await complainPlainly();
    const written = { note: complaint, detail: { ...detail, topic: 'supplier/Ms Underhill' } };
    expect(await lastLine()).to.deep.equal(written);
    expect(await tablesThatShow(stage, traces)).to.deep.equal(['order_events']);
    expect(await sealPlain(stage.store)).to.equal(1);
    expect(await tablesThatShow(stage, traces)).to.deep.equal([]);
    expect(await lastLine()).to.deep.equal(written);
    expect(await sealPlain(stage.store), 'nothing is left').to.equal(0);
  });

  it('keeps no later line plain, when one cannot be sealed: it is named, and the rest is sealed', async () => {
    const [odd] = await rows<{ id: string }>(
      stage,
      `insert into order_events (order_id, kind, note, detail) values (?, 'tried', 'odd', '[1, 2]'::jsonb) returning id`,
      [id],
    );
    await complainPlainly();
    expect(await refusalOf(sealPlain(stage.store))).to.equal(`these rows cannot be sealed: order_events ${odd?.id}`);
    expect(await tablesThatShow(stage, traces)).to.deep.equal([]);
    await stage.asOwner(
      "alter table order_events disable trigger user; delete from order_events where note = 'odd'; alter table order_events enable trigger user",
    );
  });

  it('is sealed with a new key after a rotation; the old one is needed until then, and no longer', async () => {
    await complain();
    await complainPlainly();
    const [old] = stage.config.encryptionKeys;
    const current: EncryptionKey = { id: '2027', key: randomBytes(32) };
    if (!old) throw new Error('there is no key');
    await assertKeysFit(stage.store, [old]);
    expect(await refusalOf(assertKeysFit(stage.store, [current]))).to.match(/test is missing: 1 of order_events are/);
    const left = await rotateKeys({ store: stage.store, keys: [current, old], progress: () => undefined, batch: 1 });
    expect(left).to.deep.equal([]);
    expect(await refusalOf(assertKeysFit(stage.store, [current]))).to.equal('done');
    const after = await openStore(stage.databaseUrl, 2, [current]);
    const said = (await timeline(after)).map(line => line.note);
    await after.close();
    expect(said.slice(-2)).to.deep.equal([complaint, complaint]);
    expect(said.join()).not.to.include('does not open');
    expect(await tablesThatShow(stage, traces)).to.deep.equal([]);
  });

  it('loses a buyer who is forgotten, and is sealed as before', async () => {
    const { fullName } = berlin;
    const answer = { receiver: fullName, said: `no ${fullName} there` };
    await stage.store.transaction(em => note(em, id, 'tried', `no ${fullName} there`, { code: 'ADDRESS', answer }));
    const order = await stage.order(id);
    await stage.store.transaction(em => eraseOrders(em, [order], { why: 'asked for' }));
    const line = (await timeline()).at(-2);
    const left = { receiver: '[erased]', said: 'no [erased] there' };
    expect(line?.note).to.equal('no [erased] there');
    expect(line?.detail).to.deep.equal({ code: 'ADDRESS', answer: left });
    const stored = await rows<{ text: string }>(stage, 'select t::text as text from order_events t');
    expect(stored.filter(({ text }) => text.includes('[erased]'))).to.deep.equal([]);
  });

  it('is rewritten by nobody: neither what is sealed, nor what is plain with anything but its seal', async () => {
    await complain();
    await complainPlainly();
    await assertKeysFit(stage.store, stage.config.encryptionKeys);
    const sealed = 'where bound_to is not null';
    const plain = 'where bound_to is null';
    for (const change of [
      `set note = 'nothing' ${sealed}`,
      `set note = 'v1.test.x' ${sealed}`,
      `set note = 'v1.unknown.x' ${sealed}`,
      `set told = null ${sealed} and told is not null`,
      `set told = 'v1.test.x' ${sealed} and told is null`,
      `set detail = '{}' ${sealed} and detail <> '{}'`,
      `set bound_to = gen_random_uuid() ${sealed}`,
      `set bound_to = null ${sealed}`,
      `set note = 'nothing' ${plain}`,
      `set note = 'v1.test.x' ${plain}`,
      `set note = 'nothing', bound_to = gen_random_uuid() ${plain}`,
      `set note = 'v1.test.x', bound_to = gen_random_uuid(), told = 'nothing' ${plain}`,
      `set note = 'v1.test.x', bound_to = gen_random_uuid(), detail = '{"code": "OTHER"}' ${plain}`,
    ])
      expect(await refusalOf(rows(stage, `update order_events ${change}`)), change).to.include('append-only');
  });

  it('is told once for each text about a topic, whenever that was written', async () => {
    const tell = (text: string) => stage.store.transaction(em => noteNews(em, id, 'supplier', text));
    await rows(stage, `insert into order_events (order_id, kind, note, detail) values (?, 'noted', ?, ?::jsonb)`, [
      id,
      'said before',
      JSON.stringify({ topic: 'supplier' }),
    ]);
    const told = [await tell('said before'), await tell(complaint), await tell(complaint), await tell('another')];
    expect(told).to.deep.equal([false, true, false, true]);
  });
});
