import { type Failure, isFailure } from '../../domain/call-outcome.ts';
import { dayMs, hourMs } from '../../domain/durations.ts';
import type { BookCheckId } from '../../domain/ids.ts';
import { checkBooksQueue as contract } from '../../queues/check-books.ts';
import { enqueueWoken } from '../../queues/enqueue-woken.ts';
import {
  claimBookCheck,
  endBookCheck,
  keepSecondLook,
  keepSlice,
  pauseBookCheck,
  wakeBookCheck,
} from '../../store/books/book-check.ts';
import { type SliceOf, suspectedSlice } from '../../store/books/book-findings.ts';
import type { BookCheck } from '../../store/entities/book-check.ts';
import { type Context, later, type Processor } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';
import type { Stage } from './check-stage.ts';
import { stages } from './check-stages.ts';

const everyMs = dayMs;

/** After this many questions or slices a job ends, so that other jobs can use the providers; the sweep continues it. */
const questionsPerJob = 40;
const slicesPerJob = 100;

/** A difference gets its second look after this: longer than PayPal's reports, and news that was lost, can be late. */
const secondLookAfterMs = 4 * hourMs;

/** How often a slice that cannot be read is tried before the check skips it. */
const triesPerPlace = 4;
const firstBackOffMs = 60_000;

const secondLook = 'second look';
const [firstStage] = stages;
const beginning: SliceOf = { stage: firstStage?.name ?? secondLook, cursor: null };

/** Continues the check of the books from its stored cursor, for one job's share of the work. */
export const checkBooks: Processor<'checkId'> = async ({ checkId }, ctx) => {
  const check = await ctx.store.transaction(em => claimBookCheck(em, checkId as BookCheckId, beginning));
  if (!check) return 'nothing to do: there is no such check';
  try {
    return await readOn(ctx, check);
  } catch (error) {
    if (meaningOf(error).kind === 'lost') return 'another job checks the books now';
    throw error;
  }
};

async function readOn(ctx: Context, claimed: BookCheck): Promise<string> {
  let check = claimed;
  for (let slices = 0; slices < slicesPerJob && check.asked - claimed.asked < questionsPerJob; slices += 1) {
    try {
      const moved = check.stage === secondLook ? await lookAgain(ctx, check) : await readSlice(ctx, check);
      if (typeof moved === 'string') return moved;
      check = moved;
    } catch (error) {
      if (!isFailure(error)) throw error;
      return backOff(ctx, check, error);
    }
  }
  return goOn(ctx, check);
}

const patienceOf = ({ failures }: BookCheck): boolean => failures < triesPerPlace;

async function readSlice(ctx: Context, check: BookCheck): Promise<BookCheck> {
  const place = stages.findIndex(({ name }) => name === check.stage);
  // A stage that a release has removed: the check begins again at the first stage.
  const stage = stages[place] ?? stages[0];
  if (!stage) return check;
  const of: SliceOf = { stage: stage.name, cursor: check.cursor ?? null };
  const { findings, asked, next } = await stage.read(ctx, {
    cursor: of.cursor,
    patient: patienceOf(check),
    atRest: false,
  });
  const after =
    next === null ? { stage: stages[place + 1]?.name ?? secondLook, cursor: null } : { ...of, cursor: next };
  return ctx.store.transaction(em => keepSlice(em, check, { of, findings, asked }, after));
}

/** Late news does not explain a difference that stays for hours. Ends the run when no difference is left to look at. */
async function lookAgain(ctx: Context, check: BookCheck): Promise<BookCheck | string> {
  const suspected = await ctx.store.read(em => suspectedSlice(em));
  if (!suspected) return end(ctx, check);
  const dueAt = new Date(suspected.seenAt.getTime() + secondLookAfterMs);
  if (dueAt > ctx.now()) {
    await ctx.store.transaction(em => pauseBookCheck(em, check, dueAt));
    return `suspected differences are looked at again at ${dueAt.toISOString()}`;
  }
  const { stage, cursor } = suspected;
  const again: Stage | undefined = stages.find(({ name }) => name === stage);
  const read = await again?.read(ctx, { cursor, patient: patienceOf(check), atRest: false });
  const { findings = [], asked = 0 } = read ?? {};
  return ctx.store.transaction(em => keepSecondLook(em, check, { of: { stage, cursor }, findings, asked }));
}

async function end(ctx: Context, check: BookCheck): Promise<string> {
  const gone = await ctx.store.transaction(em => endBookCheck(em, check, later(ctx, everyMs)));
  return `run ${check.run} has ended after ${check.asked} questions; ${gone} findings are gone`;
}

async function goOn(ctx: Context, check: BookCheck): Promise<string> {
  const { stage, asked } = check;
  const text = `run ${check.run} has asked ${asked} questions, and goes on with ${stage}`;
  const pauses = asked > 0;
  if (pauses) {
    // The next sweep continues: jobs that move money come first.
    await ctx.store.transaction(em => pauseBookCheck(em, check, later(ctx, 0)));
    return text;
  }
  return ctx.transact(async (em, enqueue) => {
    await enqueueWoken(enqueue, wakeBookCheck(em, check.id), contract.jobFor);
    return text;
  });
}

async function backOff(ctx: Context, check: BookCheck, failure: Failure): Promise<string> {
  const held = meaningOf(failure).kind === 'not-now';
  const waitMs = Math.max(held ? 0 : firstBackOffMs * 2 ** check.failures, failure.retryAfterMs ?? 0);
  const at = later(ctx, waitMs);
  await ctx.store.transaction(em => pauseBookCheck(em, check, at, held ? undefined : failure.code));
  ctx.log.warn({ stage: check.stage, code: failure.code, failures: check.failures }, 'the books cannot be checked now');
  return `${failure.code}: goes on at ${at.toISOString()}`;
}
