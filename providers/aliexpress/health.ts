import { healthByStatus, parseLeniently } from '../gate/checked-call.ts';
import type { Health } from '../gate/gate-contract.ts';
import type { HttpAnswer } from '../wire/http.ts';
import { banMs, throttles } from './classify.ts';
import { refusalIn } from './envelope.ts';

/** The gateway itself, or what stands behind it, is broken: it says so with status 200. */
const outages: readonly string[] = ['isp.service-unavailable', 'ServiceTimeout', 'ServiceUnavailable', 'InternalError'];

/** A refusal is short: longer answers (addresses, products) are not parsed for one. */
const refusalMax = 4_000;

/** The application has used up its share of all calls. Other bans concern one method, whichever user calls it. */
const banned: readonly string[] = ['AppCallLimit', '7'];

export function healthOf(answer: HttpAnswer): Health {
  const byStatus = healthByStatus(answer);
  if (byStatus.state !== 'well' || answer.body.length > refusalMax) return byStatus;
  const refusal = refusalIn(parseLeniently(answer.body));
  if (refusal?.codes.some(code => throttles.includes(code))) {
    const of = refusal.codes.some(code => banned.includes(code)) ? 'application' : 'family';
    return { state: 'throttled', waitMs: banMs(refusal.message), of };
  }
  return refusal?.codes.some(code => outages.includes(code)) ? { state: 'ill' } : byStatus;
}
