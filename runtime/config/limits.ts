import Joi from 'joi';

const count = (standard: number) => Joi.number().integer().min(1).max(1_000_000).default(standard);

/** How often strangers may do what costs us something, and how their addresses are known. */
export const limitVariables = () => ({
  TRUSTED_PROXIES: Joi.string()
    .pattern(/^[\w.:/]+( *, *[\w.:/]+)*$/)
    .messages({ 'string.pattern.base': '{#label} must be addresses or networks, separated by commas' })
    .description(
      'The addresses or networks of the reverse proxies in front, separated by commas: their `X-Forwarded-For` is ' +
        'believed. Without it all callers behind a proxy count as one.',
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
  trustedProxies: values.TRUSTED_PROXIES ?? false,
  checkoutsPerMinutePerAddress: values.CHECKOUTS_PER_MINUTE_PER_ADDRESS,
  checkoutsPerMinutePerSeller: values.CHECKOUTS_PER_MINUTE_PER_SELLER,
  notificationsPerMinutePerSeller: values.NOTIFICATIONS_PER_MINUTE_PER_SELLER,
  openCheckoutsPerAddress: values.OPEN_CHECKOUTS_PER_ADDRESS,
});
