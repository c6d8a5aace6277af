/**
 * The schedule by which buyers are erased: one row for all processes.
 *
 *   between two runs ──due──► run n: rule by rule, page by page ──the last──► between two runs
 *
 * The cursor is stored after each page, under the fence of the run's owner: a run that dies is continued, and finds the
 * buyers that it had erased done.
 */
import { raw } from '@mikro-orm/core';
import type { ForgettingId } from '../../domain/ids.ts';
import { claim, LostClaim, wake } from '../database/due-row.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Forgetting } from '../entities/forgetting.ts';
import { forgettingRules, type Place } from './forgetting-rules.ts';

/** The row, made where there is none: its first run is due at `firstAt`. */
export async function scheduleForgetting(em: EntityManager, firstAt: Date): Promise<void> {
  await em.execute(
    'insert into forgettings (id, next_check_at) values (gen_random_uuid(), ?) on conflict (only_one) do nothing',
    [firstAt],
  );
}

export const theForgetting = (em: EntityManager): Promise<Forgetting | null> =>
  em.findOne(Forgetting, { onlyOne: true });

export const wakeForgetting = (em: EntityManager, id: ForgettingId): Promise<Forgetting | null> =>
  wake(em, Forgetting, id);

/** Makes this job the owner of the schedule, and begins a new run if none is under way. */
export async function claimForgetting(em: EntityManager, id: ForgettingId): Promise<Forgetting | null> {
  if (!(await claim(em, Forgetting, id))) return null;
  const [first] = forgettingRules;
  const begun = { run: raw<number>('run + 1'), startedAt: raw<Date>('clock_now()'), forgotten: 0, rule: first.name };
  await em.nativeUpdate(Forgetting, { id, rule: null }, begun);
  return em.findOne(Forgetting, { id });
}

/** Stores how far the run has come. @throws LostClaim */
export const goOnAt = (em: EntityManager, run: Forgetting, place: Place, forgotten: number): Promise<Forgetting> =>
  moveOwn(em, run, { ...place, forgotten: run.forgotten + forgotten });

/** The run has gone through all rules. @throws LostClaim */
export const endForgetting = (em: EntityManager, run: Forgetting, nextAt: Date): Promise<Forgetting> =>
  moveOwn(em, run, {
    rule: null,
    cursor: null,
    finishedAt: raw<Date>('clock_now()'),
    nextCheckAt: nextAt,
    stateEntry: raw<number>('state_entry + 1'),
    wake: 0,
  });

async function moveOwn(em: EntityManager, { id, fence }: Forgetting, change: object): Promise<Forgetting> {
  if ((await em.nativeUpdate(Forgetting, { id, fence }, change)) !== 1) throw new LostClaim(id);
  return em.findOneOrFail(Forgetting, { id });
}
