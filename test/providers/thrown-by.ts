import { AssertionError } from 'chai';
import { Failure } from '../../domain/call-outcome.ts';

/** What the work threw. */
export async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new AssertionError('nothing was thrown');
}

/** `retryable PAYPAL_RATE_LIMITED`: the kind and the code of the failure that the work ended in. */
export async function failureOf(work: () => unknown): Promise<string> {
  const error = await thrownBy(work);
  if (error instanceof Failure) return `${error.kind} ${error.code}`;
  throw error;
}
