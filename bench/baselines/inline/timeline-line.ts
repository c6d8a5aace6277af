import { randomUUID } from 'node:crypto';
import type { SecretBox } from '../../../runtime/secrets/secret-box.ts';

/** The columns `kind`, `bound_to`, `note` and `detail` of a line in an order's timeline, whose sentence is sealed. */
export type Line = readonly [kind: 'moved' | 'effect' | 'noted', boundTo: string, note: string, detail: string];

export function sealedLine(
  box: SecretBox,
  orderId: string,
  kind: Line[0],
  sentence: string,
  detail: Readonly<Record<string, unknown>>,
): Line {
  const boundTo = randomUUID();
  return [kind, boundTo, box.seal(sentence, `order_events/${orderId}/${boundTo}`), JSON.stringify(detail)];
}
