import type { Request } from 'express';
import { isRowId } from '../../runtime/row-id.ts';
import { Refusal } from '../middleware/refusal.ts';

/** The id in the address. @throws Refusal 404 when it is not an id */
export function idOf(
  request: Request,
  what: 'order' | 'payout' | 'account' | 'event' | 'contradiction' | 'session',
): string {
  const { id } = request.params;
  if (!isRowId(id)) throw new Refusal(404, `There is no such ${what}.`);
  return id;
}
