/** Covers: workers/marketplace/refetch-address.ts, workers/purchase/fulfill.ts. */
import { expect } from 'chai';
import { needReconnect } from '../../../store/connections/credentials.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import {
  changeOrder,
  fromNow,
  hourMs,
  importFrom,
  performWith,
  placeOnMercadoLibre,
  rows,
  santiago,
} from '../workbench.ts';

describe('fulfill, when the sale has no address yet', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const fulfill = (id: string, changes: Parameters<typeof performWith>[1] = {}) =>
    performWith(stage, changes, 'fulfill', id);
  const waiting = async (id: string) => {
    const { status, waitReason, nextCheckAt } = await stage.order(id);
    return { status, waitReason, nextCheckAt };
  };
  const withoutAddress = async () => {
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const sale = { goods, unitPriceMinor: 3_299_000, saleFeeMinor: 458_000, currency: 'CLP', shipTo: null };
    const orderId = await placeOnMercadoLibre(stage, seller, sale);
    const [order] = await importFrom(stage, seller, 'mercadolibre', orderId);
    const id = order?.id ?? '';
    await fulfill(id);
    expect(await waiting(id)).to.include({ status: 'WAITING', waitReason: 'ADDRESS_MISSING' });
    return { id, orderId };
  };

  it('reads the address that MercadoLibre knows only later by itself, and goes on', async () => {
    const { id, orderId } = await withoutAddress();
    expect(await fulfill(id)).to.equal('still WAITING (ADDRESS_MISSING)');
    await changeOrder(stage, 'mercadolibre', orderId, { shipTo: santiago });
    await fulfill(id);
    expect((await stage.order(id)).shipTo).to.include({ fullName: santiago.fullName, city: santiago.city });
    expect(await waiting(id)).not.to.include({ waitReason: 'ADDRESS_MISSING' });
  });

  it('asks less and less often for an address that does not come', async () => {
    const { id } = await withoutAddress();
    await fulfill(id, { now: fromNow(8 * 24 * hourMs) });
    expect((await waiting(id)).nextCheckAt).to.be.greaterThan(fromNow(8.7 * 24 * hourMs));
  });

  it('goes on waiting for the address while the account must be connected again', async () => {
    const { id } = await withoutAddress();
    await stage.store.transaction(em => needReconnect(em, seller.mercadolibre.id));
    expect(await fulfill(id)).to.equal('still WAITING (ADDRESS_MISSING)');
    await rows(stage, `update api_credentials set status = 'HEALTHY' where id = ?`, [seller.mercadolibre.id]);
  });

  it('does not look a buyer up again who asked to be forgotten', async () => {
    const { id, orderId } = await withoutAddress();
    await changeOrder(stage, 'mercadolibre', orderId, { shipTo: santiago });
    await rows(stage, 'update orders set buyer_erased_at = now(), buyer_account = null where id = ?', [id]);
    expect(await fulfill(id)).to.match(/^NEEDS_REVIEW/);
    expect((await stage.order(id)).shipTo).to.equal(null);
  });
});
