import { toJson } from '../json.ts';
import { type Answer, type Call, Refusal } from '../operation.ts';
import type { World } from '../world.ts';
import { invalidRequest } from './refusals.ts';

const hourMs = 3_600_000;
export const orderKeysLiveMs = 6 * hourMs;
export const refundKeysLiveMs = 45 * 24 * hourMs;

/** The `PayPal-Request-Id` of this call, if it has one. */
export function requestIdOf(call: Call): string | undefined {
  const id = call.header('paypal-request-id');
  if (id !== undefined && (id.length < 1 || id.length > 108))
    throw invalidRequest('INVALID_STRING_LENGTH', 'PayPal-Request-Id');
  return id;
}

/**
 * Performs the call once per request id: as long as PayPal remembers the key, the same call gets the same body with
 * 200. A decline is an answer of its own, and is given again; other refusals are not remembered: nothing happened.
 */
export function once(world: World, call: Call, livesMs: number, perform: () => Answer): Answer {
  const requestId = requestIdOf(call);
  if (requestId === undefined) return perform();
  const { answers } = world.state.paypal;
  const key = `${call.method} ${call.path} ${requestId}`;
  const known = answers.get(key);
  if (known && known.expiresAt > world.clock.now())
    return known.answer.status === 422 ? known.answer : { ...known.answer, status: 200 };
  const keep = (answer: Answer): Answer => {
    answers.set(key, { answer, expiresAt: world.clock.now() + livesMs });
    return answer;
  };
  try {
    return keep(perform());
  } catch (error) {
    if (error instanceof Refusal && isDecline(error)) keep(error.answer);
    throw error;
  }
}

const isDecline = ({ answer }: Refusal): boolean => toJson(answer.body).includes('"INSTRUMENT_DECLINED"');
