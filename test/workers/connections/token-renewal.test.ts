/** Covers: workers/connections/fresh-token.ts, workers/connections/renew-token.ts. */
import { expect } from 'chai';
import { Uncertain } from '../../../domain/call-outcome.ts';
import type { CredentialId } from '../../../domain/ids.ts';
import { connect } from '../../../store/connections/connect.ts';
import { findCredential, openSecrets } from '../../../store/connections/credentials.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { freshToken } from '../../../workers/connections/fresh-token.ts';
import type { Context } from '../../../workers/context/context.ts';
import { ProcessEnds } from '../../../workers/context/shutdown-signals.ts';
import { berlin, createStage, type Seller, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { hintOf, hourMs, ordersAt, placeOnEbay, placeOnMercadoLibre, rows } from '../workbench.ts';

const providers = ['aliexpress', 'ebay', 'mercadolibre'] as const;
type Provider = (typeof providers)[number];

describe('a token that many jobs want', () => {
  let stage: Stage;
  let other: Store;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    other = await openStore(stage.databaseUrl, 4);
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(async () => {
    await other.close();
    await stage[Symbol.asyncDispose]();
  });

  const idOf = (provider: Provider): CredentialId => {
    const id = provider === 'aliexpress' ? seller.aliexpress : seller[provider].id;
    if (!id) throw new Error('not connected');
    return id;
  };
  const read = async (provider: Provider) => {
    const credential = await stage.store.read(em => findCredential(em, idOf(provider)));
    if (!credential) throw new Error('the connection is gone');
    return { ...credential, ...openSecrets(stage.context.box, credential) };
  };
  const refreshesOf = async (accountId: string): Promise<number> => {
    const { grants } = await stage.control<{ grants: { accountId: string; kind: string }[] }>('grants');
    return grants.filter(grant => grant.accountId === accountId && grant.kind === 'refresh').length;
  };
  const nameOf = (provider: Provider) => {
    const [name = ''] = seller.email.split('@');
    return provider === 'aliexpress' ? `platform-${name}` : name;
  };
  /** Nothing can be stored until it is told that the database is back. */
  const withoutCommits = () => {
    const database = { isAway: true };
    const transaction: Store['transaction'] = work =>
      stage.store.transaction(async em => {
        const result = await work(em);
        if (database.isAway) throw new Error('Connection terminated unexpectedly');
        return result;
      });
    const ctx: Context = { ...stage.context, store: { ...stage.store, transaction } };
    return { ctx, database };
  };
  const revoke = (provider: Provider, what: 'access' | 'all') =>
    stage.control('revoke', { provider, name: nameOf(provider), what });

  for (const provider of providers) {
    it(`is refreshed once at ${provider} by all jobs of two processes`, async () => {
      const { accessToken, accountId } = await read(provider);
      const elsewhere: Context = { ...stage.context, store: other };
      const wanting = [stage.context, elsewhere].flatMap(ctx => Array.from({ length: 25 }, () => ctx));
      const given = await Promise.all(wanting.map(ctx => freshToken(ctx, idOf(provider), accessToken)));
      expect(await refreshesOf(accountId)).to.equal(1);
      expect([...new Set(given)]).to.deep.equal([(await read(provider)).accessToken]);
    });
  }

  it('is fetched anew for who was refused the one that the others have just got', async () => {
    const { accountId } = await read('ebay');
    const first = await freshToken(stage.context, idOf('ebay'), (await read('ebay')).accessToken);
    await Promise.all([
      freshToken(stage.context, idOf('ebay'), first),
      freshToken(stage.context, idOf('ebay'), first),
      freshToken(stage.context, idOf('ebay'), 'a token of long ago'),
    ]);
    expect(await refreshesOf(accountId)).to.equal(2);
  });

  it('does not take up a connection of the database for each who waits for it', async () => {
    const small = await openStore(stage.databaseUrl, 2);
    const { accessToken, accountId } = await read('mercadolibre');
    await stage.control('faults', {
      provider: 'mercadolibre',
      operation: 'token',
      kind: 'slow',
      delayMs: 1_000,
      times: 1,
    });
    const ctx: Context = { ...stage.context, store: small };
    const waiting = Array.from({ length: 20 }, () => freshToken(ctx, idOf('mercadolibre'), accessToken));
    await until(async () => (await refreshesOf(accountId)) === 1);
    // Somebody who wants something else altogether gets a connection while the answer is on its way.
    await small.read(em => em.execute('select 1'));
    expect((await read('mercadolibre')).accessToken, 'nothing has come back yet').to.equal(accessToken);
    await Promise.all(waiting);
    await small.close();
  });

  it('is kept when the database breaks at the commit: MercadoLibre’s next refresh token is not lost', async () => {
    const { accessToken, accountId } = await read('mercadolibre');
    let broken = 0;
    const transaction: Store['transaction'] = work =>
      stage.store.transaction(async em => {
        const result = await work(em);
        broken += 1;
        if (broken === 1) throw new Error('Connection terminated unexpectedly');
        return result;
      });
    const ctx: Context = { ...stage.context, store: { ...stage.store, transaction } };
    const fresh = await freshToken(ctx, idOf('mercadolibre'), accessToken);
    expect(broken).to.equal(2);
    expect(await read('mercadolibre')).to.include({ status: 'HEALTHY', accessToken: fresh });
    expect(await refreshesOf(accountId)).to.equal(1);
    await freshToken(stage.context, idOf('mercadolibre'), fresh);
    expect(await read('mercadolibre')).to.include({ status: 'HEALTHY' });
  });

  it('is not thrown away when the database stays away: whoever wants one next stores it without another call', async () => {
    const { accessToken, accountId } = await read('mercadolibre');
    const { ctx, database } = withoutCommits();
    const failed = await freshToken(ctx, idOf('mercadolibre'), accessToken).catch((error: Error) => error.message);
    expect(failed).to.equal('Connection terminated unexpectedly');
    database.isAway = false;
    const fresh = await freshToken(ctx, idOf('mercadolibre'), accessToken);
    expect(await read('mercadolibre')).to.include({ status: 'HEALTHY', accessToken: fresh });
    expect(await refreshesOf(accountId)).to.equal(1);
  });

  it('that ended before it could be stored still brings the next one', async () => {
    const { accessToken, accountId } = await read('mercadolibre');
    const { ctx, database } = withoutCommits();
    await freshToken(ctx, idOf('mercadolibre'), accessToken).catch(() => undefined);
    database.isAway = false;
    const tomorrow = { ...ctx, now: () => new Date(Date.now() + 24 * hourMs) };
    await freshToken(tomorrow, idOf('mercadolibre'), accessToken);
    expect(await read('mercadolibre')).to.include({ status: 'HEALTHY' });
    expect(await refreshesOf(accountId)).to.equal(2);
  });

  it('is not cut off by the job that asked for it: its answer may be the only one there is', async () => {
    const { accessToken } = await read('mercadolibre');
    const stop = new AbortController();
    stop.abort();
    const fresh = await freshToken({ ...stage.context, signal: stop.signal }, idOf('mercadolibre'), accessToken);
    expect(await read('mercadolibre')).to.include({ status: 'HEALTHY', accessToken: fresh });
  });

  it('that never comes does not keep its process from ending in time', async () => {
    const { accessToken, accountId } = await read('mercadolibre');
    await stage.control('faults', {
      provider: 'mercadolibre',
      operation: 'token',
      kind: 'slow',
      delayMs: 5_000,
      times: 1,
    });
    const stop = new AbortController();
    const config = { ...stage.config, shutdownDeadlineMs: 400 };
    const ctx: Context = { ...stage.context, config, signal: stop.signal };
    const asking = freshToken(ctx, idOf('mercadolibre'), accessToken).catch((error: unknown) => error);
    await until(async () => (await refreshesOf(accountId)) === 1);
    stop.abort(new ProcessEnds());
    expect(await asking)
      .to.be.instanceOf(Uncertain)
      .and.include({ code: 'MERCADOLIBRE_NO_ANSWER' });
  });

  const connectAgain = async (provider: Provider): Promise<void> => {
    const given = await stage.control<Record<string, string>>('accounts', { provider, name: nameOf(provider) });
    const { status: _status, ...row } = await stage.store
      .read(em => findCredential(em, idOf(provider)))
      .then(found => found ?? Promise.reject(new Error('gone')));
    await stage.store.transaction(em =>
      connect(em, stage.context.box, {
        ...row,
        scopes: row.scopes.split(' '),
        tokens: {
          accessToken: given.accessToken ?? '',
          refreshToken: given.refreshToken ?? '',
          accessExpiresAt: new Date(Date.now() + hourMs),
          refreshExpiresAt: null,
        },
        refreshAt: new Date(Date.now() + hourMs),
      }),
    );
  };

  for (const marketplace of ['ebay', 'mercadolibre'] as const)
    it(`that ${marketplace} refuses for good lets its orders wait, and they go on after the reconnect`, async () => {
      const goods = await stage.stockUp(seller, { listedOn: marketplace });
      const externalId =
        marketplace === 'ebay'
          ? await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_199 }] })
          : await placeOnMercadoLibre(stage, seller, {
              goods,
              unitPriceMinor: 3_199,
              saleFeeMinor: 300,
              currency: 'USD',
              shipTo: berlin,
            });
      await stage.perform('import-order', await hintOf(stage, seller, marketplace, externalId));
      const [order] = await ordersAt(stage, externalId);
      if (!order) throw new Error('nothing was imported');
      // Sold and paid; before it is bought the marketplace is asked once more, and does not let us in.
      await stage.perform('fulfill', order.id);
      await revoke(marketplace, 'all');
      stage.jobs.length = 0;
      await stage.perform('purchase', order.id);
      expect(await stage.order(order.id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
      expect(await stage.effects('supplier-order')).to.satisfy((all: { key: string }[]) =>
        all.every(({ key }) => !key.startsWith(order.id)),
      );
      await connectAgain(marketplace);
      await rows(stage, `update orders set wake = wake + 1, next_check_at = now() where id = ?`, [order.id]);
      await stage.sweepAndDrain();
      expect((await stage.order(order.id)).status).to.be.oneOf(['PURCHASED', 'SHIPPED']);
    });

  it('that AliExpress refuses for good while parcels are followed books nothing twice after the reconnect', async () => {
    const order = await stage.paidOrder(await stage.stockUp(seller));
    await stage.drain();
    expect((await stage.order(order.id)).status).to.equal('PURCHASED');
    const booked = () =>
      rows(
        stage,
        `select source, event from ledger_transactions where order_id = ? and source in ('aliexpress', 'sale') order by id`,
        [order.id],
      );
    const before = await booked();
    await revoke('aliexpress', 'all');
    await stage.perform('track-shipment', order.id);
    await connectAgain('aliexpress');
    await rows(stage, `update orders set wake = wake + 1, next_check_at = now() where id = ?`, [order.id]);
    await stage.sweepAndDrain();
    expect((await stage.order(order.id)).status).to.equal('PURCHASED');
    expect(await booked()).to.deep.equal(before);
  });
});
