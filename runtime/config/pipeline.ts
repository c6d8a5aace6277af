import Joi from 'joi';
import { departMs, moneyCallMs } from '../call-times.ts';
import type { Environment } from './environment.ts';
import { simulatesAny } from './provider-urls.ts';

const milliseconds = (standard: number) => Joi.number().integer().min(1).max(86_400_000).default(standard).unit('ms');
const count = (standard: number) => Joi.number().integer().min(0).max(1_000_000_000).default(standard);

/** In production over https only: a rate that somebody changed on its way sells goods below their price. */
function rateSourceSchema(env: Environment): Joi.StringSchema {
  if (env.NODE_ENV === 'production') return Joi.string().uri({ scheme: 'https' });
  const url = Joi.string().uri({ scheme: ['http', 'https'] });
  return simulatesAny(env) ? url.default(`http://127.0.0.1:${env.SANDBOX_PORT || 3002}/fx/latest`) : url;
}

/** How much may be bought, who is paid and when, and how patient the pipeline is. */
export const pipelineVariables = (env: Environment) => ({
  ADMIN_PAYOUT_EMAIL: Joi.string()
    .email({ tlds: false })
    .required()
    .description(
      'The PayPal address that receives the platform’s commission. eBay sends its warnings about notifications there too.',
    ),
  PAYOUT_PROVIDER: Joi.string()
    .valid('paypal', 'payoneer')
    .default('paypal')
    .description('Pays the resellers; each of them may choose the other one.'),
  PAYOUT_HOLD_DAYS: Joi.number()
    .integer()
    .min(0)
    .max(365)
    .default(0)
    .unit('days')
    .description('Whole days between the supplier being paid and the payout leaving.'),
  PAYOUT_MINIMUM_USD: Joi.number()
    .integer()
    .min(0)
    .max(10_000)
    .default(0)
    .unit('USD')
    .description(
      'Payouts for one receiver, of which each costs a fee, are collected until they reach this sum, or for a day. 0 pays each by itself.',
    ),
  PAYOUT_RECEIVER_REST_HOURS: Joi.number()
    .min(0)
    .max(720)
    .default(48)
    .unit('hours')
    .description(
      'How long a changed payout address rests before payouts go there. Its owner can cancel the change meanwhile.',
    ),
  MAX_DAILY_ORDERS: count(100).description('Purchases per reseller and UTC day.'),
  MAX_DAILY_SPEND_USD: count(10_000)
    .unit('USD')
    .description('What the purchases of one reseller may cost in a UTC day.'),
  MAX_ORDER_SPEND_USD: count(1_000)
    .unit('USD')
    .description('What one order may cost at the supplier. A dearer one waits for a person.'),
  ORDER_HOLD_MINUTES: Joi.number()
    .min(0)
    .max(10_080)
    .default(10)
    .unit('minutes')
    .description('How long a buyer may still cancel before anything is bought.'),
  BUY_WITHIN_DAYS: Joi.number()
    .integer()
    .min(1)
    .max(365)
    .default(10)
    .unit('days')
    .description(
      'An order that was not bought so long after it was paid, or by the day on which its marketplace wants it sent, waits for a person.',
    ),
  ORDER_PERSON_DAYS: Joi.number()
    .integer()
    .min(30)
    .max(3_650)
    .default(180)
    .unit('days')
    .description(
      'How long an order to which nothing happens any more keeps its buyer’s name and address. PayPal takes disputes for 180 days.',
    ),
  SWEEP_INTERVAL_MS: milliseconds(5_000).description('The time between two sweeps, which make missing jobs again.'),
  SWEEP_STALL_AFTER_MS: milliseconds(60_000).description(
    'A row that has stood still for this long gets its job again.',
  ),
  EFFECT_QUARANTINE_MS: milliseconds(60_000)
    .min(env.NODE_ENV === 'production' ? departMs + moneyCallMs + 1 : 1)
    .description(
      'How long after a call left “not found” proves nothing: the call may still be running at the provider. In ' +
        `production longer than a call may take to leave and to be answered, ${(departMs + moneyCallMs) / 1_000} s together.`,
    ),
  SUPPLIER_POLL_MS: milliseconds(60_000).description(
    'The time between two looks at a supplier order that is not paid.',
  ),
  PAYOUT_POLL_MS: milliseconds(30_000).description('The time between two looks at a payout that is on its way.'),
  TRACKING_POLL_MS: milliseconds(3_600_000).description(
    'The time between two looks at goods that were bought, until they are delivered.',
  ),
  WAIT_RECHECK_MS: milliseconds(60_000).description('The time between two looks at what an order waits for.'),
  CHECKOUT_ANSWER_MS: Joi.number()
    .integer()
    .min(0)
    .max(20_000)
    .default(4_000)
    .unit('ms')
    .description('How long a buyer who comes back from PayPal waits for an answer before being told to ask again.'),
  PROGRAM_ERROR_HORIZON_MS: milliseconds(3_600_000).description(
    'How long a step may fail for a bug of ours or an answer that cannot be read, before a person is asked.',
  ),
  FX_SOURCE_URL: rateSourceSchema(env).description(
    'Where exchange rates are fetched, in production over https: `{base, date or timestamp, rates}`. Left out, an admin ' +
      'sets them.',
  ),
  FX_FETCH_INTERVAL_MS: milliseconds(21_600_000).description('The time between two fetches of the exchange rates.'),
  FX_MAX_AGE_HOURS: Joi.number()
    .positive()
    .max(8_760)
    .default(36)
    .unit('hours')
    .description('An older exchange rate converts nothing. A source that rests at weekends needs 96.'),
  TOKEN_REFRESH_LEAD_MS: milliseconds(2_700_000).description('How long before its end an access token is renewed.'),
  BALANCE_READ_INTERVAL_MS: milliseconds(300_000).description(
    'The time between two reads of a balance, for all orders and payouts together. A balance report that is older than ' +
      'that and the three hours that its provider allows itself counts as unknown, and nothing is spent on it.',
  ),
  RECONCILE_INTERVAL_MS: milliseconds(300_000)
    .max(1_800_000)
    .description('The time between two reads of an account’s feed, for what no notification has told.'),
});

export type PipelineValues = {
  ADMIN_PAYOUT_EMAIL: string;
  PAYOUT_PROVIDER: 'paypal' | 'payoneer';
  PAYOUT_HOLD_DAYS: number;
  PAYOUT_MINIMUM_USD: number;
  PAYOUT_RECEIVER_REST_HOURS: number;
  MAX_DAILY_ORDERS: number;
  MAX_DAILY_SPEND_USD: number;
  MAX_ORDER_SPEND_USD: number;
  ORDER_HOLD_MINUTES: number;
  BUY_WITHIN_DAYS: number;
  ORDER_PERSON_DAYS: number;
  SWEEP_INTERVAL_MS: number;
  SWEEP_STALL_AFTER_MS: number;
  EFFECT_QUARANTINE_MS: number;
  SUPPLIER_POLL_MS: number;
  PAYOUT_POLL_MS: number;
  TRACKING_POLL_MS: number;
  WAIT_RECHECK_MS: number;
  CHECKOUT_ANSWER_MS: number;
  PROGRAM_ERROR_HORIZON_MS: number;
  FX_SOURCE_URL?: string;
  FX_FETCH_INTERVAL_MS: number;
  FX_MAX_AGE_HOURS: number;
  TOKEN_REFRESH_LEAD_MS: number;
  BALANCE_READ_INTERVAL_MS: number;
  RECONCILE_INTERVAL_MS: number;
};

export const pipelineSettings = (values: PipelineValues) => ({
  adminPayoutEmail: values.ADMIN_PAYOUT_EMAIL,
  payoutProvider: values.PAYOUT_PROVIDER,
  payoutHoldDays: values.PAYOUT_HOLD_DAYS,
  payoutMinimumUsd: values.PAYOUT_MINIMUM_USD,
  payoutReceiverRestMs: values.PAYOUT_RECEIVER_REST_HOURS * 3_600_000,
  maxDailyOrders: values.MAX_DAILY_ORDERS,
  maxDailySpendUsd: values.MAX_DAILY_SPEND_USD,
  maxOrderSpendUsd: values.MAX_ORDER_SPEND_USD,
  orderHoldMinutes: values.ORDER_HOLD_MINUTES,
  buyWithinDays: values.BUY_WITHIN_DAYS,
  orderPersonDays: values.ORDER_PERSON_DAYS,
  sweepIntervalMs: values.SWEEP_INTERVAL_MS,
  stallAfterMs: values.SWEEP_STALL_AFTER_MS,
  lookUpQuarantineMs: values.EFFECT_QUARANTINE_MS,
  supplierPollMs: values.SUPPLIER_POLL_MS,
  payoutPollMs: values.PAYOUT_POLL_MS,
  trackingPollMs: values.TRACKING_POLL_MS,
  waitRecheckMs: values.WAIT_RECHECK_MS,
  checkoutAnswerMs: values.CHECKOUT_ANSWER_MS,
  programErrorHorizonMs: values.PROGRAM_ERROR_HORIZON_MS,
  /** It may hold a key of the source. */
  ...(values.FX_SOURCE_URL === undefined ? {} : { fxSourceUrl: values.FX_SOURCE_URL }),
  fxFetchIntervalMs: values.FX_FETCH_INTERVAL_MS,
  fxMaxAgeHours: values.FX_MAX_AGE_HOURS,
  /** AliExpress wants half an hour: the sweep may come late. */
  supplierTokenLeadMs: values.TOKEN_REFRESH_LEAD_MS,
  balanceReadIntervalMs: values.BALANCE_READ_INTERVAL_MS,
  reconcileIntervalMs: values.RECONCILE_INTERVAL_MS,
});
