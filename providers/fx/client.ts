import Joi from 'joi';
import { dayMs } from '../../domain/durations.ts';
import { type Currency, isCurrency, parseDecimal } from '../../domain/money.ts';
import {
  ask,
  type Call,
  type CallOptions,
  callsTo,
  decode,
  failed,
  type Gated,
  refusedByStatus,
  succeeded,
} from '../gate/checked-call.ts';
import { decimalText, harmless, open } from '../wire/fields.ts';

/** One unit of the base is worth so many of each quote, as a decimal text. */
export type Rates = { asOf: Date; quotes: readonly { quote: Currency; rate: string }[] };

export type RateSource = {
  /** The host that answers: it is stored with each rate. The address itself may hold a key. */
  readonly name: string;
  latest(base: Currency, options?: CallOptions): Promise<Rates>;
};

type Wire = { base: string; date?: string; timestamp?: number; rates: Record<string, unknown> };

/** Clocks of two machines differ. */
const clockSkewMs = 60_000;

/** The shape of Frankfurter (the European Central Bank's rates) and of Open Exchange Rates. */
const schema = open<Wire>({
  base: Joi.string().required(),
  // One of the two says how old the rates are; without either they are of no use.
  date: harmless(Joi.string().pattern(/^\d{4}-\d\d-\d\d$/)),
  timestamp: harmless(Joi.number().integer().positive()),
  // A rate that cannot be read is left out alone: a source holds many currencies in which nobody here sells.
  rates: Joi.object().pattern(Joi.string(), Joi.any()).required(),
}).or('date', 'timestamp');

/** Daily rates from a source that answers `{base, date | timestamp, rates: {EUR: 0.91, …}}`. */
export function createRateSource({
  url,
  now = Date.now,
  gate,
}: Gated & { url: string; now?: () => number }): RateSource {
  const { reading } = callsTo('fx', gate);
  const name = new URL(url).hostname;

  return {
    name,
    async latest(base, options = {}) {
      const call = reading(options);
      const address = new URL(url);
      address.searchParams.set('base', base);
      const answer = await ask(call, { method: 'GET', url: address.href, headers: { accept: 'application/json' } });
      if (!succeeded(answer))
        throw refusedByStatus(call, answer) ?? failed(call, 'retryable', 'REFUSED', `HTTP ${answer.status}`);
      const wire = decode(call, schema, answer.body);
      if (wire.base !== base) throw failed(call, 'retryable', 'WRONG_BASE', `rates of another currency than ${base}`);
      const quotes = Object.entries(wire.rates).flatMap(([quote, told]) => {
        const rate = readRate(told);
        return isCurrency(quote) && quote !== base && rate !== undefined ? [{ quote, rate }] : [];
      });
      if (quotes.length === 0) throw failed(call, 'retryable', 'NO_RATES', 'none of our currencies is among them');
      return { asOf: heldAt(call, wire, now()), quotes };
    },
  };
}

/** We keep twelve decimals; a float that was written out has more. Undefined unless it is a rate above zero. */
function readRate(told: unknown): string | undefined {
  const { value, error } = decimalText.required().validate(told);
  const rate = error ? '' : String(value).replace(/(\.\d{12})\d+$/, '$1');
  return /^\d{1,12}(\.\d{1,12})?$/.test(rate) && parseDecimal(rate).units > 0n ? rate : undefined;
}

/** A date alone means some time on that day. @throws Retryable when the rates are dated in the future */
function heldAt(call: Call, { date, timestamp }: Wire, nowMs: number): Date {
  const from = timestamp === undefined ? Date.parse(`${date}T00:00:00Z`) : timestamp * 1000;
  const until = timestamp === undefined ? from + dayMs - 1 : from;
  if (Number.isNaN(from) || from > nowMs + clockSkewMs)
    throw failed(call, 'retryable', 'FROM_THE_FUTURE', 'the rates are dated in the future');
  return new Date(Math.min(until, nowMs));
}
