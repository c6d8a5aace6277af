import type { Tally } from './forces.ts';
import { type Backend, targetsOf } from './schedule.ts';

/** As many orders for review as this part, or more, are a burden on people that the product promises not to be. */
const reviewPart = 0.02;

/** One is forgiven where even that would be too many: in a storm over a few orders. */
export const areFewReviews = (needReview: number, orders: number): boolean =>
  needReview < orders * reviewPart || needReview <= 1;

export const allKills = (kills: Tally['kills']): number => Object.values(kills).reduce((sum, times) => sum + times, 0);

/** Enough has hit, and everything that can be killed was: what nothing has hit proves nothing. */
export const isStormy = (
  { kills, faults }: Pick<Tally, 'kills' | 'faults'>,
  orders: number,
  backend: Backend,
): boolean =>
  allKills(kills) >= orders / 10 && faults >= orders / 5 && targetsOf(backend).every(target => kills[target] > 0);
