import type Joi from 'joi';
import { type Money, parseMoney } from '../../domain/money.ts';
import { ask, type Call, type CallOptions, callsTo, decode } from '../gate/checked-call.ts';
import { withToken } from '../wire/application-token.ts';
import { readAs } from '../wire/fields.ts';
import type { HttpAnswer, HttpRequest } from '../wire/http.ts';
import { isAccepted, isMissing, refused } from './classify.ts';
import { type NewPayout, type PaymentsKey, type PayoneerPayout, payoutBody, toPayout } from './payout.ts';
import * as schema from './schema.ts';
import { createPayoneerToken, type PayoneerCredentials } from './token.ts';

export type PayoneerOptions = PayoneerCredentials & {
  baseUrl: string;
  /** The program under which the payouts are made: the outside account that pays. */
  programId: string;
  paymentsKey?: PaymentsKey;
  now?: () => number;
};

export type PayoneerClient = ReturnType<typeof createPayoneerClient>;

const payout = readAs(schema.payoutStatus, ({ result }) => toPayout(result));
const balance = readAs(schema.balance, ({ result }) => parseMoney(result.balance, result.currency));

/** Mass Payouts v4. Throws Terminal, Retryable or Uncertain. */
export function createPayoneerClient({ paymentsKey = 'Payments', now = Date.now, ...options }: PayoneerOptions) {
  const { reading, moving } = callsTo('payoneer', options.gate);
  const token = createPayoneerToken(options);
  const program = `${options.baseUrl}/v4/programs/${encodeURIComponent(options.programId)}`;
  const payoutPath = (reference: string) => `/payouts/${encodeURIComponent(reference)}`;

  const exchange = (call: Call, { url, ...request }: HttpRequest): Promise<HttpAnswer> =>
    withToken(token, accessToken =>
      ask(call, {
        ...request,
        url: program + url,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      }),
    );

  function accept<T>(call: Call, answer: HttpAnswer, shape: Joi.Schema<T>): T {
    if (!isAccepted(answer)) throw refused(call, answer);
    return decode(call, shape, answer.body);
  }

  const get = async <T>(call: Call, url: string, shape: Joi.Schema<T>): Promise<T> =>
    accept(call, await exchange(call, { method: 'GET', url }), shape);

  /**
   * Accepted is not paid, and not even valid: read the status. Never send it twice: the same reference may be paid
   * again.
   * @param frozenBody of `payoutBody`
   */
  async function createPayout(frozenBody: string, options: CallOptions = {}): Promise<{ accepted: true }> {
    const call = moving(options);
    accept(call, await exchange(call, { method: 'POST', url: '/masspayouts', data: frozenBody }), schema.created);
    return { accepted: true };
  }

  /**
   * `undefined` when Payoneer does not know the reference. Payouts are created asynchronously: right after a call that
   * was cut off this proves nothing; only after some minutes does it prove that there is none.
   */
  async function getPayoutStatus(reference: string, options: CallOptions = {}): Promise<PayoneerPayout | undefined> {
    const call = reading(options);
    const answer = await exchange(call, { method: 'GET', url: `${payoutPath(reference)}/status` });
    return isMissing(answer) ? undefined : accept(call, answer, payout);
  }

  /** Accepted is not cancelled: read the status. */
  async function cancelPayout(reference: string, options: CallOptions = {}): Promise<{ accepted: true }> {
    const call = moving(options);
    const answer = await exchange(call, { method: 'PUT', url: `${payoutPath(reference)}/cancel`, data: '{}' });
    accept(call, answer, schema.cancelling);
    return { accepted: true };
  }

  /** The answer has no time of its own, so `asOf` is the time of the call. */
  async function getBalance(options: CallOptions = {}): Promise<{ available: Money; asOf: Date }> {
    const asOf = new Date(now());
    return { available: await get(reading(options), '/balance', balance), asOf };
  }

  return {
    payoutBody: (payout: NewPayout): string => payoutBody(payout, paymentsKey),
    createPayout,
    getPayoutStatus,
    cancelPayout,
    getBalance,
  };
}
