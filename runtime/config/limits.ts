import { isIP } from 'node:net';
import Joi from 'joi';
import type { Environment } from './environment.ts';

const count = (standard: number) => Joi.number().integer().min(1).max(1_000_000).default(standard);

/** How many leading bits of an address a network may name; 0 would be everybody. */
const bitsOf: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8` */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = bitsOf[isIP(address)];
  if (most === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
}

const none = 'none';

/** Behind a proxy that is not named all callers count as one, and lock each other out: required in production. */
function proxiesSchema(env: Environment): Joi.StringSchema {
  const isNamed = (text: string): boolean => text === none || text.split(',').every(part => isNetwork(part.trim()));
  const schema = Joi.string()
    .custom((text: string, { error }) => (isNamed(text) ? text : error('proxies.unknown')))
    .messages({
      'proxies.unknown': '{#label} must be addresses or networks, separated by commas, or none where there is no proxy',
    });
  return env.NODE_ENV === 'production' ? schema.required() : schema;
}

/** How often strangers may do what costs us something, and how their addresses are known. */
export const limitVariables = (env: Environment) => ({
  TRUSTED_PROXIES: proxiesSchema(env).description(
    'The addresses or networks of the reverse proxies in front (`10.0.0.0/8`), separated by commas: their ' +
      '`X-Forwarded-For` is believed. Behind a proxy that is not named all callers count as one. `none` where there is ' +
      'no proxy; the api and the dashboard do not start in production without this setting.',
  ),
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: count(60).description(
    'Checkouts of everybody but the seller whose product it is, per address.',
  ),
  CHECKOUTS_PER_MINUTE_PER_SELLER: count(600).description(
    'More checkouts of one seller’s products are unusual: the log says so. Nothing is refused.',
  ),
  NOTIFICATIONS_PER_MINUTE_PER_SELLER: count(120).description(
    'Notifications that one seller’s own address and secret bring in, per seller and process of the api.',
  ),
  OPEN_CHECKOUTS_PER_ADDRESS: count(200).description(
    'Orders at the checkout that wait for their buyer, per address they were begun from; the seller’s own shop is not ' +
      'counted. One that nobody pays ends after six hours.',
  ),
});

export type LimitValues = {
  TRUSTED_PROXIES?: string;
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: number;
  CHECKOUTS_PER_MINUTE_PER_SELLER: number;
  NOTIFICATIONS_PER_MINUTE_PER_SELLER: number;
  OPEN_CHECKOUTS_PER_ADDRESS: number;
};

export const limitSettings = (values: LimitValues) => ({
  /** As Express reads it: without proxies nobody's `X-Forwarded-For` is believed. */
  trustedProxies: values.TRUSTED_PROXIES === none ? false : (values.TRUSTED_PROXIES ?? false),
  checkoutsPerMinutePerAddress: values.CHECKOUTS_PER_MINUTE_PER_ADDRESS,
  checkoutsPerMinutePerSeller: values.CHECKOUTS_PER_MINUTE_PER_SELLER,
  notificationsPerMinutePerSeller: values.NOTIFICATIONS_PER_MINUTE_PER_SELLER,
  openCheckoutsPerAddress: values.OPEN_CHECKOUTS_PER_ADDRESS,
});
