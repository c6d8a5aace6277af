import { isFailure, Uncertain } from '../../domain/call-outcome.ts';

/** A refusal with this code means that the effect has happened: it is looked up, and is uncertain if it cannot be. */
export async function alreadyDone<T>(refusal: unknown, code: string, look: () => Promise<T | undefined>): Promise<T> {
  if (!isFailure(refusal) || refusal.code !== code) throw refusal;
  try {
    const found = await look();
    if (found !== undefined) return found;
  } catch (error) {
    if (!isFailure(error)) throw error;
    throw new Uncertain(code, 'it has happened, but could not be read', { provider: 'paypal', cause: error });
  }
  throw refusal;
}
