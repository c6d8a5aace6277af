/** Covers: store/database/sealed-columns.ts, store/database/buyer-address.ts, store/sealing/resealing.ts. */
import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Address } from '../../../domain/address.ts';
import type { OrderId } from '../../../domain/ids.ts';
import type { EncryptionKey } from '../../../runtime/config.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { buyerColumns, keysInUse } from '../../../store/database/sealed-columns.ts';
import { Effect } from '../../../store/entities/money.ts';
import { findEvent, storeEvent } from '../../../store/events/inbound-events.ts';
import { askToForget } from '../../../store/forgetting/erasure-requests.ts';
import { findOrders } from '../../../store/operations/overview.ts';
import { findEvidence, keepAnswer, keepEvidence } from '../../../store/orders/evidence.ts';
import { findOrder } from '../../../store/orders/orders.ts';
import { assertKeysFit } from '../../../store/sealing/encryption-keys.ts';
import { isOutdated, sealPlain } from '../../../store/sealing/resealing.ts';
import { rotateKeys } from '../../../store/sealing/rotate-keys.ts';
import { berlin, createStage, type Stage } from '../../support/stage.ts';
import { tablesThatShow } from '../../workers/forgetting/traces.ts';
import { orderToBuy, rows } from '../../workers/workbench.ts';

const person: Address = {
  ...berlin,
  fullName: 'Zoë  Underhill',
  line1: '77 Quincunx Lane',
  email: 'Zoe@Underhill.example',
};
const key = 'leg-0b8f0f7c-5f0e-8a51-9d3c-6a1c2b3d4e5f-2';
/** No valid UTF-8 at its end. */
const words = Buffer.concat([Buffer.from(JSON.stringify({ ...person, sender_batch_id: key })), Buffer.from([0xff, 0])]);
const traces = /Underhill|Quincunx/i;

describe('what names a buyer', () => {
  let stage: Stage;
  let id: OrderId;
  beforeEach(async () => {
    stage = await createStage();
    ({ id } = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()), 1, person));
    await stage.perform('purchase', id);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const search = async (text: string, store: Store = stage.store) =>
    (await store.read(em => findOrders(em, { search: text }, { limit: 10, offset: 0 }))).map(({ order }) => order.id);
  const event = () =>
    stage.store.transaction(em =>
      storeEvent(em, {
        source: 'paypal',
        eventId: randomUUID(),
        type: 'ANY',
        body: words,
        wanted: false,
      }),
    );
  const met = { step: 'pay', reason: 'ODD', url: 'https://shop.example' };
  const evidence = () =>
    stage.store.transaction(async em => {
      await keepAnswer(em, id, { ...met, answer: `no such place: ${person.line1}` });
      return keepEvidence(em, id, { ...met, html: `<p>${person.fullName}`, screenshot: Buffer.from([1, 0, 255]) });
    });
  const effectOf = (store: Store) => store.read(em => em.findOneOrFail(Effect, { purpose: 'buy', subject: id }));
  /** Everything reads as it was written. */
  const expectRead = async (store: Store, eventId: string, page: string) => {
    expect((await store.read(em => findOrder(em, id)))?.shipTo).to.deep.equal(person);
    expect((await effectOf(store)).request).to.include(person.line1);
    const stored = await store.read(em => findEvent(em, eventId as never));
    expect(Buffer.from(stored?.body ?? []).subarray(-3)).to.deep.equal(Buffer.from([0x7d, 0xff, 0]));
    const seen = await store.read(em => findEvidence(em, id, page));
    expect(seen).to.deep.equal({ screenshot: Buffer.from([1, 0, 255]), text: `<p>${person.fullName}` });
  };

  it('is sealed at rest, and read as it was written', async () => {
    const [told, page] = [await event(), await evidence()];
    expect(await tablesThatShow(stage, traces)).to.deep.equal([]);
    await expectRead(stage.store, told?.id ?? '', page);
  });

  it('opens in its own row only, and with its own key only', async () => {
    const other = await stage.checkout(await stage.stockUp(await stage.hireSeller()));
    await rows(stage, 'update orders set ship_to = (select ship_to from orders where id = ?) where id = ?', [
      id,
      other.id,
    ]);
    const refusal = (work: Promise<unknown>) =>
      work.then(
        () => 'read',
        (error: Error) => error.message,
      );
    expect(await refusal(stage.order(other.id))).to.include('SEALED_TEXT_REFUSED');
    const stranger = await openStore(stage.databaseUrl, 1, [{ id: 'test', key: randomBytes(32) }]);
    expect(await refusal(stranger.read(em => findOrder(em, id)))).to.include('SEALED_TEXT_REFUSED');
    await stranger.close();
  });

  it('is found by e-mail and by name, however they are written, and by no part of them', async () => {
    expect(await search('  zoe@underhill.EXAMPLE ')).to.deep.equal([id]);
    // Composed of a letter and its mark, in another case and with other spaces.
    expect(await search(' zoe\u0308 UNDERHILL')).to.deep.equal([id]);
    for (const text of ['underhill', 'zoe@underhill', 'Greta Vogel']) expect(await search(text)).to.deep.equal([]);
  });

  /** As it was stored before anything was sealed. */
  const makePlain = async (eventId: string) => {
    const { request } = await effectOf(stage.store);
    await rows(stage, 'update orders set ship_to = ?::jsonb, email_hash = null, name_hash = null where id = ?', [
      JSON.stringify(person),
      id,
    ]);
    await rows(stage, `update effects set request = ? where purpose = 'buy' and subject = ?`, [request, id]);
    const body = words.toString('base64');
    await rows(stage, `update inbound_events set body = decode(?, 'base64'), keys_told = null where id = ?`, [
      body,
      eventId,
    ]);
    await rows(stage, `update evidence set html = ?, screenshot = '\\x0100ff' where html is not null`, [
      `<p>${person.fullName}`,
    ]);
    await rows(stage, `update evidence set answer = ? where answer is not null`, [`no such place: ${person.line1}`]);
  };

  it('that was stored before is read and erased as well, and sealed by the workers, once', async () => {
    const [told, page] = [await event(), await evidence()];
    const eventId = told?.id ?? '';
    await makePlain(eventId);
    expect(await tablesThatShow(stage, traces)).to.have.members(['orders', 'effects', 'inbound_events', 'evidence']);
    await expectRead(stage.store, eventId, page);
    expect(await stage.store.transaction(em => askToForget(em, 'zoe@underhill.example'))).to.deep.equal([id]);

    expect(await sealPlain(stage.store)).to.equal(6);
    expect(await tablesThatShow(stage, traces)).to.deep.equal([]);
    await expectRead(stage.store, eventId, page);
    expect(await search('zoe@underhill.example')).to.deep.equal([id]);
    expect(await rows(stage, 'select keys_told from inbound_events where id = ?', [eventId])).to.deep.equal([
      { keys_told: key },
    ]);
    expect(await sealPlain(stage.store), 'nothing is left').to.equal(0);
  });

  it('as pictures is sealed few at a time: each may be megabytes', async () => {
    await rows(
      stage,
      `insert into evidence (id, order_id, step, reason, url, html, screenshot)
       select gen_random_uuid(), ?, 'pay', 'ODD', 'https://shop.example', 'v1.sealed', '\\x0100ff' from generate_series(1, 25)`,
      [id],
    );
    const written: number[] = [];
    const plain = () =>
      rows<{ left: number }>(stage, `select count(*)::int as left from evidence where screenshot = '\\x0100ff'`);
    const store: Store = {
      ...stage.store,
      transaction: async work => {
        const result = await stage.store.transaction(work);
        written.push((await plain())[0]?.left ?? 0);
        return result;
      },
    };
    expect(await sealPlain(store)).to.equal(25);
    expect(written.slice(-3)).to.deep.equal([15, 5, 0]);
  });

  it('is asked for its key without being read to its end', async () => {
    await rows(
      stage,
      `insert into evidence (id, order_id, step, reason, url, html, screenshot)
       select gen_random_uuid(), ?, 'pay', 'ODD', 'https://shop.example', 'v1.old.' || words, convert_to('v1.old.' || words, 'UTF8')
       from (select string_agg(gen_random_uuid()::text, '') as words from generate_series(1, 30_000)) as page`,
      [id],
    );
    for (const column of buyerColumns.filter(({ table, column: name }) => table === 'evidence' && name !== 'answer')) {
      const [plan] = await rows<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
        stage,
        `explain (analyze, buffers, format json) select id from evidence where ${isOutdated(column)}`,
        ['new'],
      );
      const read = plan?.['QUERY PLAN'][0]?.Plan ?? {};
      expect(read['Actual Rows'], column.column).to.equal(1);
      // The whole of it is a hundred blocks and more.
      expect((read['Shared Hit Blocks'] ?? 0) + (read['Shared Read Blocks'] ?? 0), column.column).to.be.within(1, 40);
    }
    const uses = await stage.store.read(em => keysInUse(em, buyerColumns));
    const old = uses.filter(({ keyId }) => keyId === 'old');
    expect(old.map(({ column, rows: count }) => [column, count])).to.deep.equal([
      ['html', 1],
      ['screenshot', 1],
    ]);
    for (const { sample } of old) expect(sample.sealed.length, 'a whole one').to.be.greaterThan(1_000_000);
  });

  it('is sealed and found with a new key after a rotation; the old one is needed until then, and no longer', async () => {
    const [told, page] = [await event(), await evidence()];
    const [old] = stage.config.encryptionKeys;
    const current: EncryptionKey = { id: '2027', key: randomBytes(32) };
    if (!old) throw new Error('there is no key');
    const startedWith = (...keys: EncryptionKey[]) =>
      assertKeysFit(stage.store, keys).then(
        () => 'started',
        (error: Error) => error.message,
      );
    await assertKeysFit(stage.store, [old]);
    // Secrets of accounts need it as well: without them what names buyers must be told of all the same.
    await rows(stage, `update api_credentials set sealed = null, status = 'DISCONNECTED', access_expires_at = null`);
    expect(await startedWith(current)).to.match(/the key named test is missing: \d+ of orders are sealed with it/);

    const between = await openStore(stage.databaseUrl, 2, [current, old]);
    expect(await search('zoe@underhill.example', between), 'before its row is sealed anew').to.deep.equal([id]);
    expect(
      await rotateKeys({ store: between, keys: [current, old], progress: () => undefined, batch: 1 }),
    ).to.deep.equal([]);
    await between.close();
    expect(await startedWith(current)).to.equal('started');
    const after = await openStore(stage.databaseUrl, 2, [current]);
    await expectRead(after, told?.id ?? '', page);
    expect(await search(person.fullName, after)).to.deep.equal([id]);
    await after.close();
  });
});
