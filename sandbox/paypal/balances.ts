import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { isPayPalCurrency, moneyOf } from './money.ts';
import { refusal } from './refusals.ts';

/** How long a reported balance stays as it was, whatever happens meanwhile. */
const refreshMs = 3 * 3_600_000;

export const balanceOf = (world: World, currency: string): bigint => world.state.paypal.balances.get(currency) ?? 0n;

/** Adds to the real balance (a negative amount takes away). The reported one learns of it later. */
export function book(world: World, currency: string, minor: bigint): void {
  refreshReport(world);
  world.state.paypal.balances.set(currency, balanceOf(world, currency) + minor);
}

/** Sets the real balance and, unlike anything that PayPal itself does, the reported one too. */
export function setBalance(world: World, currency: string, minor: bigint): void {
  const { paypal } = world.state;
  paypal.balances.set(currency, minor);
  paypal.report = { asOfMs: world.clock.now(), balances: new Map(paypal.balances) };
}

/** Moves the report on to the last full refresh, with what was there before anything newer is booked. */
function refreshReport(world: World): void {
  const { paypal } = world.state;
  const age = world.clock.now() - paypal.report.asOfMs;
  if (age < refreshMs) return;
  paypal.report = {
    asOfMs: paypal.report.asOfMs + age - (age % refreshMs),
    balances: new Map(paypal.balances),
  };
}

/** `GET /v1/reporting/balances`: up to three hours old. */
export function listBalances(world: World, call: Call): Answer {
  refreshReport(world);
  const { report } = world.state.paypal;
  const wanted = call.query.get('currency_code');
  if (wanted !== null && wanted !== 'ALL' && !isPayPalCurrency(wanted))
    throw refusal(400, 'INVALID_REQUEST', [
      { field: 'currency_code', location: 'query', issue: 'INVALID_CURRENCY_CODE' },
    ]);
  const currencies = new Set(['USD', ...report.balances.keys()]);
  const balances = [...currencies]
    .filter(currency => wanted === null || wanted === 'ALL' || wanted === currency)
    .map(currency => {
      const available = moneyOf(report.balances.get(currency) ?? 0n, currency);
      return {
        currency,
        ...(currency === 'USD' ? { primary: true } : {}),
        total_balance: available,
        available_balance: available,
        withheld_balance: moneyOf(0n, currency),
      };
    });
  const asOf = `${world.clock.iso(report.asOfMs).slice(0, 19)}Z`;
  return { status: 200, body: { balances, account_id: 'TL5D6XGZK8Q2M', as_of_time: asOf, last_refresh_time: asOf } };
}
