import { setTimeout as sleep } from 'node:timers/promises';
import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { formatMoney, type Money, zero } from '../../domain/money.ts';
import type { Enqueue } from '../../queues/transact.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { claimReading, endReading, isBeingRead, keepReading } from '../../store/money/claim-balance-reading.ts';
import type { Provider, Shortage } from '../../store/money/funding.ts';
import type { Context } from '../context/context.ts';

/** The account that pays: the platform's at a provider (owner null), or a reseller's own. */
export type Payer = {
  readonly ownerId: UserId | null;
  readonly provider: Provider;
  read(): Promise<{ asOf: Date; available: readonly Money[] }>;
};

/** Longer than a reading takes with all its repetitions; a reader that died delays the others by this much. */
const readingMs = 45_000;
/** A failed reading is not repeated sooner. */
const failedAgainMs = 30_000;
/** How long a reading of another process is waited for; then the order waits. */
const patienceMs = 15_000;
const lookEveryMs = 50;

/**
 * Reads the platform's balance again when the last reading is an interval ago, even if that balance suffices: money may
 * have left the account without us. A reseller's own account cannot be read: its limit is set by an operator. @throws
 * what reading threw, when nothing else is known
 */
async function keepKnown(ctx: Context, payer: Payer): Promise<void> {
  if (payer.ownerId !== null) return;
  const { turn, known } = await claim(ctx, payer);
  if (turn === 'being read' && !known) await othersReading(ctx, payer);
  if (turn !== 'ours') return;
  try {
    await read(ctx, payer);
  } catch (error) {
    await ctx.store.write(em => endReading(em, payer.provider, Math.min(failedAgainMs, readAgainMs(ctx))));
    if (!known) throw error;
    ctx.log.warn({ err: error, provider: payer.provider }, 'the balance cannot be read: the last report is gone by');
  }
}

const readAgainMs = ({ config }: Context): number => config.balanceReadIntervalMs;
const claim = (ctx: Context, { provider }: Payer) =>
  ctx.store.write(em => claimReading(em, provider, { forMs: readingMs, readAgainMs: readAgainMs(ctx) }));

async function read(ctx: Context, payer: Payer): Promise<void> {
  const report = await payer.read();
  const available = report.available.find(amount => amount.currency === platformCurrency) ?? zero(platformCurrency);
  await ctx.store.transaction(em =>
    keepReading(em, payer.provider, { available, asOf: report.asOf }, readAgainMs(ctx)),
  );
}

/** Waits for the reading of another process. */
async function othersReading(ctx: Context, payer: Payer): Promise<void> {
  const until = performance.now() + patienceMs;
  while (performance.now() < until && !ctx.signal.aborted) {
    await sleep(lookEveryMs);
    if (!(await ctx.store.read(em => isBeingRead(em, payer.provider)))) return;
  }
}

/** `attempt` reserves, in a transaction that commits the reservation together with the move that it allows. */
export async function withBalance<Answer extends { reserved: boolean }>(
  ctx: Context,
  payer: Payer,
  attempt: (em: EntityManager, enqueue: Enqueue) => Promise<Answer>,
): Promise<Answer> {
  await keepKnown(ctx, payer);
  return ctx.transact(attempt);
}

/** Why nothing was reserved, for people. */
export function shortageText({ free, tooOld }: Shortage): string {
  if (free) return `${formatMoney(free)} is free`;
  return tooOld
    ? `the balance is not known any more: the last report is of ${tooOld.toISOString()}`
    : 'nothing is known of the balance';
}
