/** Covers: workers/forgetting/forget-buyers.ts, store/sealing/resealing.ts. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSecretBox } from '../../../runtime/secrets/secret-box.ts';
import { findCredential } from '../../../store/connections/credentials.ts';
import { eraseBuyerByEmail } from '../../../store/forgetting/erase-by-email.ts';
import { findOrders } from '../../../store/operations/overview.ts';
import { resumeAccount } from '../../../transactions/resume-account.ts';
import { berlin, createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { orderToBuy, performWith, rows } from '../workbench.ts';

const person = { ...berlin, email: 'pip@underhill.example' };
/** Sealed with a key that nobody has any more. */
const foreign = () => createSecretBox([{ id: 'test', key: randomBytes(32) }]).seal('{}', 'elsewhere');

describe('a row that does not open', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const close = (id: string) =>
    rows(stage, 'update orders set ship_to = to_jsonb(?::text) where id = ?', [foreign(), id]);
  const bought = async (): Promise<string> => {
    const { id } = await orderToBuy(stage, goods, 1, person);
    await stage.perform('purchase', id);
    return id;
  };

  it('is listed with the others', async () => {
    const [open, closed] = [await bought(), await bought()];
    await close(closed);
    const listed = await stage.store.read(em => findOrders(em, {}, { limit: 10, offset: 0 }));
    expect(listed.map(({ order }) => order.id)).to.have.members([open, closed]);
  });

  it('goes on with the others when their account is connected again', async () => {
    const [open, closed] = [(await stage.paidOrder(goods)).id, (await stage.paidOrder(goods)).id];
    await rows(stage, `update orders set status = 'WAITING', wait_reason = 'RECONNECT_NEEDED' where user_id = ?`, [
      seller.id,
    ]);
    await close(closed);
    const woken: string[] = [];
    const resumed = await stage.store.transaction(async em => {
      const account = await findCredential(em, seller.ebay.id);
      return account && resumeAccount(em, job => void (job && woken.push(`${job.payload.orderId}`)), account);
    });
    expect(resumed).to.equal(2);
    expect(woken).to.include.members([open, closed]);
  });

  it('keeps no other order of its buyer from being erased, and is told of', async () => {
    const [first, closed, last] = [await bought(), await bought(), await bought()];
    await close(closed);
    const { erased, waiting } = await eraseBuyerByEmail(stage.store, person.email, seller.id);
    expect(erased).to.have.members([first, last]);
    expect(waiting).to.have.length(1);
    expect(waiting[0]).to.include({ id: closed, code: 'ERASURE_FAILED', until: null });
    expect(waiting[0]?.note).to.include('SEALED_TEXT_REFUSED');
  });

  it('of a timeline goes whole when its buyer is forgotten: its key may be found again', async () => {
    const id = await bought();
    await rows(
      stage,
      `insert into order_events (order_id, kind, bound_to, note, told, detail)
       values (?, 'noted', gen_random_uuid(), ?, ?, '{"code": "ADDRESS"}')`,
      [id, foreign(), foreign()],
    );
    const { erased } = await eraseBuyerByEmail(stage.store, person.email, seller.id);
    expect(erased).to.deep.equal([id]);
    const { note, detail } = (await timelineLines(stage, { orderId: id })).at(-2) ?? {};
    expect({ note, detail }).to.deep.equal({ note: '[erased]', detail: { code: 'ADDRESS' } });
    expect(await rows(stage, 'select id from order_events where told is not null')).to.deep.equal([]);
  });

  it('as the frozen request of a purchase is never sent', async () => {
    const { id } = await orderToBuy(stage, goods, 1, person);
    const failpoint = async (name: string) => {
      if (name === 'effect-opened') throw new Error('died');
    };
    await performWith(stage, { failpoint }, 'purchase', id).catch(() => undefined);
    await rows(stage, `update effects set request = ? where purpose = 'buy' and subject = ?`, [foreign(), id]);
    const said = await stage.perform('purchase', id).catch((error: Error) => error.message);
    expect(said).to.include('SEALED_TEXT_REFUSED');
    expect(await stage.effects('supplier-order')).to.deep.equal([]);
  });
});
