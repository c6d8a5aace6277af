import { DecisionRefused } from '../../transactions/decision-refused.ts';
import { Problem } from '../middleware/problem.ts';

/** A decision that the facts do not allow, as an answer. */
export const refused = (error: unknown): never => {
  if (!(error instanceof DecisionRefused)) throw error;
  throw new Problem(error.code === 'NOT_FOUND' ? 404 : 409, error.code, error.message);
};
