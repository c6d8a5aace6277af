import type Joi from 'joi';
import type { Failure } from '../../domain/call-outcome.ts';
import {
  ask,
  type Call,
  check,
  failed,
  type Gated,
  malformed,
  parse,
  refusedByStatus,
  succeeded,
  type UserToken,
} from '../gate/checked-call.ts';
import { isLimited } from '../gate/rate-limits.ts';
import { neverCertainStatus } from '../wire/ambiguous-refusal.ts';
import { refused } from './classify.ts';
import { type Refusal, refusalIn, unwrap } from './envelope.ts';
import { healthOf } from './health.ts';
import { signParameters } from './sign.ts';

export type AliExpressOptions = Gated & { baseUrl: string; appKey: string; appSecret: string; now?: () => number };

/** One call: the API's name, its parameters, and the user for whom it acts, if any. */
type GatewayCall = {
  name: string;
  parameters: Readonly<Record<string, string>>;
  user?: UserToken;
  maxAnswerBytes?: number;
};

/** The payload of an answer; and how to make a failure of it, where it refuses or contradicts itself. */
export type Answered<T> = {
  readonly said: T;
  refused(refusal: Refusal): Failure;
  malformed(message: string): Failure;
};

/**
 * Everything goes to `/sync`, OAuth included: its API names are paths, which the signature then starts with. The
 * payload is unwrapped and checked; a refusal hides in a 200.
 */
export function createGateway({ baseUrl, appKey, appSecret, now = Date.now }: AliExpressOptions) {
  return async <T>(call: Call, request: GatewayCall, shape: Joi.Schema<T>): Promise<Answered<T>> => {
    const { name, parameters, user, maxAnswerBytes } = request;
    const system = {
      app_key: appKey,
      method: name,
      sign_method: 'sha256',
      timestamp: `${now()}`,
      format: 'json',
      session: user?.accessToken ?? '',
    };
    const sent = withoutEmpty({ ...parameters, ...system });
    const sign = signParameters(appSecret, sent, name.includes('/') ? name : '');
    const counted = { ...call, account: user?.account, limit: isLimited(name) ? name : undefined, family: name };
    const form = {
      method: 'POST',
      url: `${baseUrl}/sync`,
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      data: new URLSearchParams({ ...sent, sign }).toString(),
      ...(maxAnswerBytes === undefined ? {} : { maxAnswerBytes }),
    } as const;
    const answer = await ask(counted, form, healthOf);
    const { status, body: text } = answer;
    const kept = call.secret ? {} : { answer: text };
    const byStatus = refusedByStatus(call, answer, kept);
    if (byStatus) throw byStatus;
    if (neverCertainStatus(status)) throw failed(call, 'uncertain', `HTTP_${status}`, `HTTP ${status}`, kept);
    const body = parse(call, text);
    const refuse = (refusal: Refusal) => refused({ call, api: name, answer: text }, refusal);
    const refusal = refusalIn(body);
    if (refusal) throw refuse(refusal);
    if (!succeeded(answer)) throw malformed(call, text, `HTTP ${status}, refused without a code`);
    const said = check(call, shape, unwrap(body), text);
    return { said, refused: refuse, malformed: message => malformed(call, text, message) };
  };
}

/** The SDKs disagree on whether empty values are signed: they are not sent. */
const withoutEmpty = (parameters: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''));
