import { DecisionRefused } from '../../transactions/decision-refused.ts';
import { Refusal } from '../middleware/refusal.ts';

/** Turns a refused decision into a page. */
export const refused = (error: unknown): never => {
  if (!(error instanceof DecisionRefused)) throw error;
  throw new Refusal(error.code === 'NOT_FOUND' ? 404 : 409, `${error.message} (${error.code}).`);
};
