/**
 * Refusals of a money call that never prove that nothing was done. Each provider's table of known codes comes first;
 * for a code in no table these rules come before the structure of the answer ("refused, and nothing was done").
 */

/**
 * A conflict, a time-out, "too early" and a broken server may each hide a first call that went through; and a server
 * that throttles us may do so after it has begun.
 */
export const neverCertainStatus = (status: number): boolean =>
  status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;

/**
 * Words of codes that tell of another call which may have done it (repeated, duplicate, already, in progress), or of a
 * provider that did not finish (system, service, hold, time-out). Spelled as they come: `REPEATED_ORDER_ERROR`,
 * `isp.service-unavailable`, `ServiceTimeout`, `INVENTORY_HOLD_ERROR`. Only a whole word "hold" is one: a card holder
 * and a threshold are none.
 */
const doubts: readonly RegExp[] = [
  /repeat|duplicat|already|concurren|conflict/,
  /in ?progress|processing|pending/,
  /system|servic|internal|busy|unknown/,
  /\b(on ?)?(hold|held)\b/,
  /time(d)? ?out/,
];

/** Whether the words of a code suggest that the effect may have happened after all. */
export function speaksOfDoubt(code: string): boolean {
  const words = code
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z\d]+/g, ' ')
    .toLowerCase();
  return doubts.some(doubt => doubt.test(words));
}
