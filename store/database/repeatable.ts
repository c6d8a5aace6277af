import { codeOf } from './error-code.ts';

const serializationFailure = '40001';
const deadlockDetected = '40P01';

/** Whether the database did nothing of a statement or a transaction, through nobody's fault: it may be tried again. */
export const mayRepeat = (error: unknown): boolean =>
  codeOf(error) === serializationFailure || codeOf(error) === deadlockDetected;
