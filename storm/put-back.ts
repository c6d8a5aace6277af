import { setTimeout as sleep } from 'node:timers/promises';
import { buyAtCheckout, buyOnEbay } from '../demo/buyers.ts';
import { type Ending, settled } from '../demo/scenario.ts';
import type { Reseller, Wares } from '../demo/stage.ts';
import { spawnDetached } from '../runtime/system/detached-process.ts';
import { databaseTime } from '../store/database/clock.ts';
import { notReadYet } from '../store/restore.ts';
import { type OrderFile, readOrderFiles } from './order-file.ts';
import type { StormStage } from './regulars.ts';
import type { Expected } from './send.ts';
import type { StormSystem } from './system.ts';
import { fileOf } from './verdict.ts';

/** How many orders are sold long before the backup, just before it, and after it. */
const waves = { early: 3, late: 3, afterwards: 2 } as const;
export const ordersPutBack = waves.early + waves.late + waves.afterwards;

/** A feed is read only up to a minute ago, because providers show changes late. */
const shownAfterMs = 65_000;

type Settle = (expected: readonly Expected[]) => Promise<void>;

/**
 * Restores the database from before some orders were bought, booked or paid out, and before others were placed, while
 * the providers and Redis remember everything. Follows the drill of docs/restore.md. Orders that were bought before the
 * backup must end as they had ended; orders that were bought after it go to a person.
 */
export async function putBackDatabase(stage: StormStage, stormed: StormSystem, settle: Settle): Promise<Expected[]> {
  const { store, system, servers } = stormed;
  const seller = await stage.hireReseller({ name: 'backup', sellsOnce: true });
  // Listed before the backup: orders of a listing that the backup lacks would wait for the reseller.
  const wares = await stage.stockUp(seller, { listedOn: 'ebay' });
  const sell = (count: number) => sellTo(stage, seller, wares, count);
  const sold = await sell(waves.early);
  await stage.until('one of them is bought', async () => {
    const files = await readOrderFiles(store);
    return sold.some(order => isBought(fileOf(files, order)));
  });
  sold.push(...(await sell(waves.late)));
  const copiedAt = await store.read(databaseTime);
  await servers.postgres.keepCopy();
  // A checkout that the backup lacks has no order here: PayPal's events about it go to a person.
  sold.push(...(await onEbay(stage, seller, wares, waves.afterwards)));
  await settle(sold.map(order => ({ scenario: 'before the database is put back', ending: settled(order) })));

  const before = await readOrderFiles(store);
  const programs = Object.values(stormed.programs);
  await Promise.all(programs.map(program => program.stop()));
  await servers.postgres.putBack();
  const known = await readOrderFiles(store);
  await restoreCheck(system.env, '--lost-from', copiedAt.toISOString());
  await Promise.all(programs.map(program => program.restart()));
  await sleep(shownAfterMs);
  await stormed.readFeeds();
  await stage
    .until('all is read up to the restore', async () => (await store.read(notReadYet)).length === 0)
    .catch(async (cause: unknown) => {
      throw new Error(`not read yet: ${(await store.read(notReadYet)).join('; ')}`, { cause });
    });
  await restoreCheck(system.env, '--go-on');
  return sold.map(order => endingOf(order, fileOf(known, order), fileOf(before, order)));
}

/** One of them on eBay, the others at our own checkout. */
async function sellTo(stage: StormStage, seller: Reseller, wares: Wares, count: number): Promise<Ending['order'][]> {
  const atCheckout = Array.from({ length: count - 1 }, () => buyAtCheckout(stage, wares));
  return [...(await Promise.all(atCheckout)), ...(await onEbay(stage, seller, wares, 1))];
}

async function onEbay(stage: StormStage, seller: Reseller, wares: Wares, count: number): Promise<Ending['order'][]> {
  const sales = Array.from({ length: count }, () => buyOnEbay(stage, seller, [{ wares, totalMinor: 3_299 }]));
  return (await Promise.all(sales)).map(externalOrderId => ({ externalOrderId, line: 0 }));
}

const isBought = (file: OrderFile | undefined): boolean =>
  file?.effects.some(({ purpose, status }) => purpose === 'buy' && status === 'DONE') === true;

function endingOf(order: Ending['order'], known: OrderFile | undefined, before: OrderFile | undefined): Expected {
  if (isBought(known)) return { scenario: 'restore: bought before the backup', ending: settled(order) };
  return {
    scenario: 'restore: bought after the backup',
    ending: { order, status: 'NEEDS_REVIEW', settled: false, supplierOrders: 0, payouts: 0 },
    undecidable: true,
    forgotten: before?.effects.map(({ key }) => key) ?? [],
  };
}

/** @throws when it fails, with its last line */
async function restoreCheck(env: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<void> {
  const lines: string[] = [];
  const end = await spawnDetached(['workers/restore-check.ts', ...options], env, line => lines.push(line)).end;
  if (end !== 'status 0') throw new Error(`restore:check ended with ${end}: ${lines.at(-1)}`);
}
