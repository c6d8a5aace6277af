/**
 * The schedule of the book checks: one row for all processes.
 *
 *   between two runs ──due──► run n, slice by slice ──the last──► second look at suspicions ──► between two runs
 *
 * A slice's findings and the run's progress are stored in one transaction, under the fence of the run's reader.
 */
import { raw } from '@mikro-orm/core';
import type { BookCheckId } from '../../domain/ids.ts';
import { timeOf } from '../database/clock.ts';
import { claim, LostClaim, wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { BookCheck } from '../entities/book-check.ts';
import { closeGone, confirmFindings, type Finding, keepFindings, type SliceOf } from './book-findings.ts';

/** The row, made where there is none: its first run is due at `firstAt`. */
export async function scheduleBookCheck(em: EntityManager, firstAt: Date): Promise<void> {
  await em.execute(
    'insert into book_checks (id, next_check_at) values (gen_random_uuid(), ?) on conflict (only_one) do nothing',
    [firstAt],
  );
}

export const theBookCheck = (em: EntityManager): Promise<BookCheck | null> => em.findOne(BookCheck, { onlyOne: true });

/** Has the books checked now, or resumes a run that has begun. */
export async function askForBookCheck(em: EntityManager): Promise<BookCheck> {
  await scheduleBookCheck(em, timeOf(em));
  const { id } = await em.findOneOrFail(BookCheck, { onlyOne: true });
  return (await wakeBookCheck(em, id)) ?? em.findOneOrFail(BookCheck, { id });
}

export const wakeBookCheck = (em: EntityManager, id: BookCheckId): Promise<BookCheck | null> => wake(em, BookCheck, id);

/** Makes this job the reader, and begins a new run if none is under way. Later writes of an earlier reader fail. */
export async function claimBookCheck(em: EntityManager, id: BookCheckId, first: SliceOf): Promise<BookCheck | null> {
  if (!(await claim(em, BookCheck, id))) return null;
  const begun = {
    run: raw<number>('run + 1'),
    startedAt: raw<Date>('clock_now()'),
    asked: 0,
    failures: 0,
    lastError: null,
  };
  await em.nativeUpdate(BookCheck, { id, stage: null }, { ...begun, ...first });
  return em.findOne(BookCheck, { id });
}

type Read = { readonly of: SliceOf; readonly findings: readonly Finding[]; readonly asked: number };

/** Stores the findings of one slice, and where the run continues. @throws LostClaim */
export async function keepSlice(em: EntityManager, check: BookCheck, read: Read, next: SliceOf): Promise<BookCheck> {
  const moved = await moveOwn(em, check, { ...next, asked: check.asked + read.asked, failures: 0, lastError: null });
  await keepFindings(em, check.run, read.of, read.findings);
  return moved;
}

/** Stores the suspicions that the second look at a slice confirmed. @throws LostClaim */
export async function keepSecondLook(em: EntityManager, check: BookCheck, read: Read): Promise<BookCheck> {
  const moved = await moveOwn(em, check, { asked: check.asked + read.asked, failures: 0, lastError: null });
  await confirmFindings(em, read.of, read.findings);
  return moved;
}

/** Pauses the run until `at`; `failure`: why a slice could not be read. @throws LostClaim */
export const pauseBookCheck = (em: EntityManager, check: BookCheck, at: Date, failure?: string): Promise<BookCheck> =>
  moveOwn(em, check, {
    nextCheckAt: at,
    stateEntry: raw<number>('state_entry + 1'),
    wake: 0,
    ...(failure ? { lastError: failure, failures: check.failures + 1 } : {}),
  });

/** Ends the run: findings that it did not meet again are gone. @throws LostClaim */
export async function endBookCheck(em: EntityManager, check: BookCheck, nextAt: Date): Promise<number> {
  const ended = { stage: null, cursor: null, finishedAt: raw<Date>('clock_now()') };
  await moveOwn(em, check, { ...ended, nextCheckAt: nextAt, stateEntry: raw<number>('state_entry + 1'), wake: 0 });
  return closeGone(em, check.run);
}

async function moveOwn(em: EntityManager, { id, fence }: BookCheck, change: object): Promise<BookCheck> {
  if ((await em.nativeUpdate(BookCheck, { id, fence }, change)) !== 1) throw new LostClaim(`check ${id} of the books`);
  return em.findOneOrFail(BookCheck, { id });
}
