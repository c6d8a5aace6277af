import { WebhookRejected } from '../../providers/webhook/webhook-rejected.ts';
import { thrownBy } from './thrown-by.ts';

/** The code with which a webhook was rejected. */
export async function rejection(work: () => unknown): Promise<string> {
  const error = await thrownBy(work);
  if (error instanceof WebhookRejected) return error.code;
  throw error;
}
