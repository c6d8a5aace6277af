import { healthByStatus, parseLeniently } from '../call.ts';
import type { Health } from '../gate.ts';
import type { HttpAnswer } from '../http.ts';
import { banMs, throttles } from './classify.ts';
import { refusalIn } from './envelope.ts';

/** The gateway itself, or what stands behind it, is broken: it says so with status 200. */
const outages: readonly string[] = ['isp.service-unavailable', 'ServiceTimeout', 'ServiceUnavailable', 'InternalError'];

/** A refusal is short; addresses and products need not be read twice. */
const refusalMax = 4_000;

/** A ban counts for the application, whichever user's call brought it about. */
export function healthOf(answer: HttpAnswer): Health {
  const byStatus = healthByStatus(answer);
  if (byStatus.state !== 'well' || answer.body.length > refusalMax) return byStatus;
  const refusal = refusalIn(parseLeniently(answer.body));
  if (refusal?.codes.some(code => throttles.includes(code)))
    return { state: 'throttled', waitMs: banMs(refusal.message), ofAll: true };
  return refusal?.codes.some(code => outages.includes(code)) ? { state: 'ill' } : byStatus;
}
