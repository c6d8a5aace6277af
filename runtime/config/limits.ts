import Joi from 'joi';

const count = (standard: number) => Joi.number().integer().min(1).max(1_000_000).default(standard);

/** How often strangers may do what costs us something, and how their addresses are known. */
export const limitVariables = () => ({
  TRUSTED_PROXIES: Joi.string()
    .pattern(/^[\w.:/]+( *, *[\w.:/]+)*$/)
    .messages({ 'string.pattern.base': '{#label} must be addresses or networks, separated by commas' }),
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: count(60),
  CHECKOUTS_PER_MINUTE_PER_SELLER: count(600),
});

export type LimitValues = {
  TRUSTED_PROXIES?: string;
  CHECKOUTS_PER_MINUTE_PER_ADDRESS: number;
  CHECKOUTS_PER_MINUTE_PER_SELLER: number;
};

export const limitSettings = (values: LimitValues) => ({
  /** Whose `X-Forwarded-For` is believed, as Express reads it. Nobody's, unless told. */
  trustedProxies: values.TRUSTED_PROXIES ?? false,
  /** Of buyers, who need no account. */
  checkoutsPerMinutePerAddress: values.CHECKOUTS_PER_MINUTE_PER_ADDRESS,
  checkoutsPerMinutePerSeller: values.CHECKOUTS_PER_MINUTE_PER_SELLER,
});
