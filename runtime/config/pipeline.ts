import Joi from 'joi';
import type { Environment } from './environment.ts';
import { simulatesAny } from './provider-urls.ts';

const milliseconds = (standard: number) => Joi.number().integer().min(1).max(86_400_000).default(standard);
const count = (standard: number) => Joi.number().integer().min(0).max(1_000_000_000).default(standard);

/** In production over https only: a rate that somebody changed on its way sells goods below their price. */
function rateSourceSchema(env: Environment): Joi.StringSchema {
  if (env.NODE_ENV === 'production') return Joi.string().uri({ scheme: 'https' });
  const url = Joi.string().uri({ scheme: ['http', 'https'] });
  return simulatesAny(env) ? url.default(`http://127.0.0.1:${env.SANDBOX_PORT || 3002}/fx/latest`) : url;
}

/** How much may be bought, who is paid and when, and how patient the pipeline is. */
export const pipelineVariables = (env: Environment) => ({
  ADMIN_PAYOUT_EMAIL: Joi.string().email({ tlds: false }).required(),
  PAYOUT_PROVIDER: Joi.string().valid('paypal', 'payoneer').default('paypal'),
  PAYOUT_HOLD_DAYS: Joi.number().integer().min(0).max(365).default(0),
  MAX_DAILY_ORDERS: count(100),
  MAX_DAILY_SPEND_USD: count(10_000),
  MAX_ORDER_SPEND_USD: count(1_000),
  ORDER_HOLD_MINUTES: Joi.number().min(0).max(10_080).default(10),
  SWEEP_INTERVAL_MS: milliseconds(5_000),
  SWEEP_STALL_AFTER_MS: milliseconds(60_000),
  EFFECT_QUARANTINE_MS: milliseconds(60_000),
  SUPPLIER_POLL_MS: milliseconds(60_000),
  PAYOUT_POLL_MS: milliseconds(30_000),
  TRACKING_POLL_MS: milliseconds(3_600_000),
  WAIT_RECHECK_MS: milliseconds(60_000),
  PROGRAM_ERROR_HORIZON_MS: milliseconds(3_600_000),
  FX_SOURCE_URL: rateSourceSchema(env),
  FX_FETCH_INTERVAL_MS: milliseconds(21_600_000),
  FX_MAX_AGE_HOURS: Joi.number().positive().max(8_760).default(36),
  TOKEN_REFRESH_LEAD_MS: milliseconds(2_700_000),
  RECONCILE_INTERVAL_MS: milliseconds(300_000).max(1_800_000),
});

export type PipelineValues = {
  ADMIN_PAYOUT_EMAIL: string;
  PAYOUT_PROVIDER: 'paypal' | 'payoneer';
  PAYOUT_HOLD_DAYS: number;
  MAX_DAILY_ORDERS: number;
  MAX_DAILY_SPEND_USD: number;
  MAX_ORDER_SPEND_USD: number;
  ORDER_HOLD_MINUTES: number;
  SWEEP_INTERVAL_MS: number;
  SWEEP_STALL_AFTER_MS: number;
  EFFECT_QUARANTINE_MS: number;
  SUPPLIER_POLL_MS: number;
  PAYOUT_POLL_MS: number;
  TRACKING_POLL_MS: number;
  WAIT_RECHECK_MS: number;
  PROGRAM_ERROR_HORIZON_MS: number;
  FX_SOURCE_URL?: string;
  FX_FETCH_INTERVAL_MS: number;
  FX_MAX_AGE_HOURS: number;
  TOKEN_REFRESH_LEAD_MS: number;
  RECONCILE_INTERVAL_MS: number;
};

export const pipelineSettings = (values: PipelineValues) => ({
  /** Receives the platform's commission. */
  adminPayoutEmail: values.ADMIN_PAYOUT_EMAIL,
  payoutProvider: values.PAYOUT_PROVIDER,
  /** Whole days between the supplier being paid and the legs leaving. */
  payoutHoldDays: values.PAYOUT_HOLD_DAYS,
  /** Per reseller and UTC day. */
  maxDailyOrders: values.MAX_DAILY_ORDERS,
  /** Whole dollars, per reseller and UTC day. */
  maxDailySpendUsd: values.MAX_DAILY_SPEND_USD,
  /** Whole dollars that one order may cost at the supplier; a dearer one waits for a person. */
  maxOrderSpendUsd: values.MAX_ORDER_SPEND_USD,
  /** How long a marketplace buyer may still cancel before anything is bought. */
  orderHoldMinutes: values.ORDER_HOLD_MINUTES,
  sweepIntervalMs: values.SWEEP_INTERVAL_MS,
  /** A row that has stood still for this long gets its job again. */
  stallAfterMs: values.SWEEP_STALL_AFTER_MS,
  /** How long "not found" proves nothing after a call went out: it may still be running at the provider. */
  lookUpQuarantineMs: values.EFFECT_QUARANTINE_MS,
  supplierPollMs: values.SUPPLIER_POLL_MS,
  payoutPollMs: values.PAYOUT_POLL_MS,
  /** Between two looks at what was bought, until it is delivered. */
  trackingPollMs: values.TRACKING_POLL_MS,
  waitRecheckMs: values.WAIT_RECHECK_MS,
  /** A step that a bug of ours stops for longer than this is a person's. */
  programErrorHorizonMs: values.PROGRAM_ERROR_HORIZON_MS,
  /** Where exchange rates are fetched; without it they are set by hand. It may hold a key of the source. */
  ...(values.FX_SOURCE_URL === undefined ? {} : { fxSourceUrl: values.FX_SOURCE_URL }),
  fxFetchIntervalMs: values.FX_FETCH_INTERVAL_MS,
  /** An exchange rate older than this converts nothing. */
  fxMaxAgeHours: values.FX_MAX_AGE_HOURS,
  /** How long before its end an access token is renewed. AliExpress wants half an hour: the sweep may come late. */
  supplierTokenLeadMs: values.TOKEN_REFRESH_LEAD_MS,
  /** Between two looks at what notifications may have kept quiet about. */
  reconcileIntervalMs: values.RECONCILE_INTERVAL_MS,
});
