import { type Provider, providers, type Trouble } from '../../domain/provider.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import { age } from './time.ts';

const names: Readonly<Record<Provider, string>> = {
  paypal: 'PayPal',
  aliexpress: 'AliExpress',
  ebay: 'eBay',
  mercadolibre: 'MercadoLibre',
  payoneer: 'Payoneer',
  fx: 'The source of exchange rates',
};

/** One line per provider and kind of trouble; none while all is well. */
export const troubleLines = (troubles: readonly Trouble[], now: Date): (Html | undefined)[] =>
  providers.flatMap(provider => {
    const own = troubles.filter(trouble => trouble.provider === provider);
    return [outageLine(own, now), limitLine(own, now)];
  });

function outageLine(troubles: readonly Trouble[], now: Date): Html | undefined {
  const all = troubles.filter(({ why }) => why === 'OUTAGE');
  const main = all.filter(({ family }) => family === '');
  const outages = main.length > 0 ? main : all;
  const [first, ...others] = outages.find(({ account }) => account === '')
    ? outages.filter(({ account }) => account === '')
    : outages;
  if (!first) return undefined;
  const who = first.account === '' ? nameOf(first) : `${nameOf(first)}, ${accounts(1 + others.length)},`;
  return html`<p class="notice bad">${who} has not answered for ${age(first.since, now)}. What needs it waits, and nothing
    is lost; ${nextTry(first, now)}</p>`;
}

function limitLine(troubles: readonly Trouble[], now: Date): Html | undefined {
  const limited = troubles.filter(({ why, until }) => why === 'RATE_LIMITED' && until > now);
  const last = limited.toSorted((a, b) => b.until.getTime() - a.until.getTime())[0];
  if (!last) return undefined;
  return html`<p class="notice wait">${nameOf(last)} has asked us to wait: ${seconds(last.until, now)} s more.</p>`;
}

/** `PayPal (balance report)` when only those calls are in trouble. */
const nameOf = ({ provider, family }: Trouble): string =>
  family === '' ? names[provider] : `${names[provider]} (${family})`;
const accounts = (count: number): string => (count === 1 ? 'one account' : `${count} accounts`);
const seconds = (until: Date, now: Date): number => Math.ceil((until.getTime() - now.getTime()) / 1000);

const nextTry = ({ until }: Trouble, now: Date): string =>
  until > now ? `it is tried again in ${seconds(until, now)} s.` : 'the next order tries it again.';
