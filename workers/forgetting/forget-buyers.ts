import { hourMs } from '../../domain/durations.ts';
import type { ForgettingId, OrderId } from '../../domain/ids.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import { forgetBuyersQueue as contract } from '../../queues/forget-buyers.ts';
import { isDatabaseAway } from '../../store/database/unavailable.ts';
import type { Forgetting } from '../../store/entities/forgetting.ts';
import { forgetBuyer } from '../../store/forgetting/erasure.ts';
import { dueOrders, type ForgettingRule, forgettingRules, lockDue } from '../../store/forgetting/forgetting-rules.ts';
import { claimForgetting, endForgetting, goOnAt, wakeForgetting } from '../../store/forgetting/schedule.ts';
import { type Context, later, type Processor } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';

const everyMs = hourMs;
const pageSize = 50;
/** After this many pages a job makes room for others, and the run continues in a new job. */
const pagesPerJob = 40;

/** Continues to forget buyers from the stored cursor, for one job's share of the work. */
export const forgetBuyers: Processor<'forgettingId'> = async ({ forgettingId }, ctx) => {
  const run = await ctx.store.transaction(em => claimForgetting(em, forgettingId as ForgettingId));
  if (!run) return 'nothing to do: there is no such forgetting';
  try {
    return await goThrough(ctx, run);
  } catch (error) {
    if (meaningOf(error).kind === 'lost') return 'another job forgets buyers now';
    throw error;
  }
};

async function goThrough(ctx: Context, claimed: Forgetting): Promise<string> {
  let run = claimed;
  for (let pages = 0; pages < pagesPerJob && !ctx.signal.aborted; pages += 1) {
    const next = await forgetPage(ctx, run);
    if (!next)
      return `run ${run.run} has ended: the buyers of ${(await end(ctx, run)).forgotten} orders were forgotten`;
    run = next;
  }
  return ctx.transact(async (em, enqueue) => {
    await enqueueWoken(enqueue, wakeForgetting(em, run.id), contract.jobFor);
    return `run ${run.run} has forgotten the buyers of ${run.forgotten} orders, and goes on`;
  });
}

const end = (ctx: Context, run: Forgetting): Promise<Forgetting> =>
  ctx.store.transaction(em => endForgetting(em, run, later(ctx, everyMs)));

/** Goes through one page of one rule; gives undefined after the last page of the last rule. */
async function forgetPage(ctx: Context, run: Forgetting): Promise<Forgetting | undefined> {
  const place = forgettingRules.findIndex(({ name }) => name === run.rule);
  const rule = forgettingRules[place] ?? forgettingRules[0];
  const days = { personDays: ctx.config.orderPersonDays };
  const due = await ctx.store.read(em => dueOrders(em, rule, days, { after: run.cursor ?? null, limit: pageSize }));
  let forgotten = 0;
  for (const { id } of due) forgotten += await forgetOrder(ctx, rule, id);
  const last = due.length === pageSize ? due.at(-1) : undefined;
  const following = last ? rule : forgettingRules[place + 1];
  if (!following) {
    if (forgotten > 0) await ctx.store.transaction(em => goOnAt(em, run, { rule: rule.name, cursor: null }, forgotten));
    return undefined;
  }
  return ctx.store.transaction(em =>
    goOnAt(em, run, { rule: following.name, cursor: last?.cursor ?? null }, forgotten),
  );
}

/**
 * Forgets the buyer of an order and of the other lines of its marketplace order; gives the number of orders forgotten.
 * Where one of them must still keep its buyer, the next run tries again. An unexpected error stops only this order.
 */
async function forgetOrder(ctx: Context, rule: ForgettingRule, id: OrderId): Promise<number> {
  const days = { personDays: ctx.config.orderPersonDays };
  try {
    return await ctx.store.transaction(async em => {
      const lines = await lockDue(em, rule, days, id);
      return (await forgetBuyer(em, lines, { why: rule.why(days) })) ? 0 : lines.length;
    });
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    ctx.log.error({ err: error, orderId: id, rule: rule.name }, 'a buyer could not be forgotten');
    return 0;
  }
}
