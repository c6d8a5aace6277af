/** Covers: store/restore.ts, store/effects/effect-window.ts. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { isFailure } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres, throwaway } from '../../runtime/system/embedded-postgres.ts';
import { postgresHome } from '../../runtime/system/postgres-home.ts';
import { removeFolder } from '../../runtime/system/run-folder.ts';
import { temporaryFolder } from '../../runtime/system/started-processes.ts';
import { changeSettings } from '../../store/accounts/users.ts';
import { migrate } from '../../store/database/migrate.ts';
import { legsOfOrder } from '../../store/payouts/legs.ts';
import { endRestore, notReadYet, openRestore } from '../../store/restore.ts';
import { decideOrder } from '../../transactions/decisions/decide-order.ts';
import { freePort } from '../support/free-port.ts';
import { openOwner } from '../support/owner.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import { timelineLines } from '../support/timeline-lines.ts';
import { until } from '../support/until.ts';
import { importFrom, ordersAt, placeOnEbay, rows } from './workbench.ts';

/** A server whose whole data folder is copied while it stands still, and put back later. */
async function openCopiedServer() {
  const folder = temporaryFolder('restore');
  const settings = { ...throwaway, port: String(await freePort()) };
  let server: EmbeddedPostgres = await startEmbeddedPostgres(folder, settings);
  const home = postgresHome(folder);
  const data = join(home, 'data');
  const stopped = async (work: () => void) => {
    await server.stop();
    work();
    server = await startEmbeddedPostgres(folder, settings);
  };
  const { url, administratorUrl } = server;
  const { asOwner, close } = openOwner(administratorUrl);
  return {
    url,
    administratorUrl,
    asOwner,
    copy: (name: string) => stopped(() => execFileSync('cp', ['-a', data, join(home, name)])),
    putBack: (name: string) =>
      stopped(() => {
        execFileSync('rm', ['-rf', data]);
        execFileSync('cp', ['-a', join(home, name), data]);
      }),
    drop: async () => {
      await close();
      await server.stop();
      removeFolder(home);
      removeFolder(folder);
    },
  };
}

/** A provider shows late what happened: a feed is read up to some minutes ago. */
const shownAfterS = 360;

const moments = ['import', 'purchase', 'create-sale', 'payout', 'refund'] as const;
type Moment = (typeof moments)[number];

describe('a database that is put back as it was before, while the providers remember everything', function () {
  this.timeout(300_000);
  let server: Awaited<ReturnType<typeof openCopiedServer>>;
  let stage: Stage;
  let seller: Seller;
  /** At eBay: bought and paid out. */
  let sold: string;
  /** At our own checkout: out of stock, and refunded. */
  let failed: string;
  let world: Record<string, number>;
  const backups = new Map<Moment, { at: Date; jobs: Stage['jobs'] }>();

  before(async () => {
    server = await openCopiedServer();
    stage = await createStage({}, undefined, async () => {
      await migrate({ ...server, databaseUrl: server.url });
      return server;
    });
    seller = await stage.hireSeller({ proceeds: 'platform' });
    // Another's: what its refund costs would be set off against the payout, and the two would depend on each other.
    const other = await stage.hireSeller();
    await stage.store.transaction(em => changeSettings(em, other.id, { refundPolicy: 'automatic' }));
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const lost = await stage.paidOrder(await stage.stockUp(other, { stock: 0 }));
    failed = lost.id;
    for (const queue of ['fulfill', 'purchase'] as const) await stage.perform(queue, failed);
    expect((await stage.order(failed)).status).to.equal('REFUNDING');
    sold = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_999 }] });

    await backUp('import');
    const [order] = await importFrom(stage, seller, 'ebay', sold);
    const id = order?.id ?? '';
    await stage.perform('fulfill', id);
    await backUp('purchase');
    await stage.perform('purchase', id);
    await backUp('create-sale');
    await stage.perform('create-sale', id);
    await backUp('payout');
    const legs = await stage.store.read(em => legsOfOrder(em, id as OrderId));
    expect(legs).to.have.length(2);
    const paid = async () => (await legsOf()).every(({ status }) => status === 'PAID');
    await until(async () => {
      for (const { id: leg } of legs) await stage.perform('payout', leg);
      return paid();
    });
    await backUp('refund');
    await until(async () => {
      await stage.perform('refund', failed);
      return (await stage.order(failed)).status === 'REFUNDED';
    });
    world = await counted();
    expect(world).to.deep.equal({ capture: 1, 'supplier-order': 1, payout: 2, refund: 1 });
    await expectEnd();
  });
  after(() => stage?.[Symbol.asyncDispose]());

  async function backUp(moment: Moment): Promise<void> {
    await server.copy(moment);
    backups.set(moment, { at: stage.context.now(), jobs: [...stage.jobs] });
  }

  async function counted(): Promise<Record<string, number>> {
    const kinds = (await stage.effects()).map(({ kind }) => kind).filter(kind => kind !== 'ship-notice');
    return Object.fromEntries([...Map.groupBy(kinds, kind => kind)].map(([kind, all]) => [kind, all.length]));
  }

  const legsOf = async () => {
    const [order] = await ordersAt(stage, sold);
    return stage.store.read(em => legsOfOrder(em, order?.id as OrderId));
  };

  /** One sweep, and what it left to do. What cannot be done now is left for the next. */
  async function work(): Promise<void> {
    let sweeping: Promise<unknown> = stage.sweepAndDrain();
    for (let failed = true; failed; )
      failed = await sweeping.then(
        () => false,
        (error: unknown) => {
          if (!isFailure(error)) throw error;
          sweeping = stage.drain();
          return true;
        },
      );
  }

  async function expectEnd(): Promise<void> {
    expect((await legsOf()).map(({ status }) => status)).to.deep.equal(['PAID', 'PAID']);
    expect((await stage.order(failed)).status).to.equal('REFUNDED');
    expect(await rows(stage, `select purpose from effects where status = 'OPEN'`)).to.deep.equal([]);
  }
  const isOver = async () => {
    await work();
    const legs = await legsOf();
    return (
      legs.length === 2 &&
      legs.every(({ status }) => status === 'PAID') &&
      (await stage.order(failed)).status === 'REFUNDED'
    );
  };
  const describeRest = async () =>
    JSON.stringify([
      await stage.store.read(notReadYet),
      await rows(stage, 'select status, reason, wait_reason, frozen_for from orders'),
      await rows(stage, 'select status, reason from payout_legs'),
      await rows(stage, 'select purpose, status, last_code, sends from effects'),
      (await timelineLines(stage)).slice(-6).map(({ note }) => note),
    ]);
  const patience = { deadlineMs: 25_000, describe: describeRest };

  for (const moment of moments)
    for (const queue of ['emptied', 'newer than the database'] as const)
      it(`to before its ${moment}, with a queue that is ${queue}: nothing twice, nothing lost`, async () => {
        const newer = [...stage.jobs];
        await server.putBack(moment);
        stage.jobs.length = 0;
        if (queue !== 'emptied') stage.jobs.push(...newer, ...(backups.get('refund')?.jobs ?? []));
        await stage.passTime(1);
        await stage.store.transaction(em => openRestore(em, backups.get(moment)?.at));
        for (let rounds = 0; rounds < 5; rounds += 1) await work();
        expect(await counted(), 'nothing leaves while money is held').to.deep.equal(world);
        expect(
          await rows(stage, 'select purpose from effects e, restores r where e.created_at > r.opened_at'),
          'nor is it opened',
        ).to.deep.equal([]);
        await stage.passTime(shownAfterS);
        await until(async () => {
          await work();
          return (await stage.store.read(notReadYet)).length === 0;
        }, patience);
        await stage.store.transaction(em => endRestore(em, 'an operator'));

        if (moment === 'import' || moment === 'purchase') {
          await until(async () => {
            await work();
            return (await ordersAt(stage, sold))[0]?.status === 'NEEDS_REVIEW';
          }, patience);
          await bought();
        }
        await until(isOver, patience);
        expect(await counted(), 'nothing is done twice').to.deep.equal(world);
        await expectEnd();
      });

  /** A person has looked at the supplier. */
  async function bought(): Promise<void> {
    const [order] = await ordersAt(stage, sold);
    expect(order).to.include({ status: 'NEEDS_REVIEW', reason: 'EFFECT_UNPROVEN' });
    const id = order?.id as OrderId;
    const number = (await stage.effects('supplier-order'))[0]?.reference ?? '';
    const deed = {
      decision: { decision: 'bought', supplierOrders: [number] },
      by: seller.id,
      why: 'seen there',
    } as const;
    await stage.context.transact(async (em, enqueue) => void (await decideOrder(em, enqueue, id, deed)));
  }
});
