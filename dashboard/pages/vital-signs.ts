import { healthOf } from '../../domain/connection.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import {
  type EndingConsent,
  type RefusedAccount,
  sweepStillMs,
  type VitalSigns,
} from '../../store/operations/vital-signs.ts';
import { age, relative } from './time.ts';

const linesMax = 10;

/** A line for everything that has stopped, or will; none while all is well. */
export const vitalLines = (signs: VitalSigns, now: Date): (Html | undefined)[] => [
  restoreLine(signs, now),
  sweepLine(signs, now),
  lostLine(signs),
  ...signs.refused.slice(0, linesMax).map(account => refusedLine(account, now)),
  eventLine(signs),
  bookLine(signs, now),
  ...signs.consentEnds.filter(isNear(now)).slice(0, linesMax).map(endLine),
  subscriptionLine(signs),
];

function restoreLine({ restore }: VitalSigns, now: Date): Html | undefined {
  if (!restore) return undefined;
  return html`<p class="notice bad">All money is held: the database was restored to its state of
    ${age(restore.lostFrom, now)} ago. <code>npm run restore:check</code> says what must be read first.</p>`;
}

function sweepLine({ sweptAt }: VitalSigns, now: Date): Html | undefined {
  if (sweptAt && now.getTime() - sweptAt.getTime() <= sweepStillMs) return undefined;
  const since = sweptAt ? html`the last one ended ${age(sweptAt, now)} ago` : 'there has been none';
  return html`<p class="notice bad">The sweep stands still: ${since}. Are the workers running? Nothing that waits goes on
    without it.</p>`;
}

function lostLine({ connections }: VitalSigns): Html | undefined {
  const lost = connections.filter(({ health }) => health === 'reconnect needed');
  const count = lost.reduce((sum, row) => sum + row.count, 0);
  if (count === 0) return undefined;
  const [who, owners] = count === 1 ? ['One account has', 'its owner'] : [`${count} accounts have`, 'their owners'];
  return html`<p class="notice wait">${who} to be connected again by ${owners}; orders that need it wait.</p>`;
}

const refusedLine = ({ apiName, accountName, code, since, triedAt }: RefusedAccount, now: Date): Html =>
  html`<p class="notice bad">The ${apiName} account ${accountName} has refused us for ${age(since, now)} (${code}): what
    needs it waits. It is tried again by itself ${relative(triedAt, now)}; if the code
    names permissions, ask its owner to connect it again and to grant everything that is asked.</p>`;

function eventLine({ events: { failed, waiting } }: VitalSigns): Html | undefined {
  if (failed + waiting === 0) return undefined;
  const counts = [failed > 0 && `${failed} failed`, waiting > 0 && `${waiting} wait`].filter(Boolean).join(', ');
  return html`<p class="notice ${failed > 0 ? 'bad' : 'wait'}">Events without a result: ${counts}. Each may be a
    sale: <a href="/events">look at them</a>.</p>`;
}

/** Two days: a check begins once a day, and may take hours. */
const checkLateMs = 172_800_000;

function bookLine({ books: { checkedAt, findings } }: VitalSigns, now: Date): Html | undefined {
  const found = findings.filter(({ kind }) => kind === 'difference').reduce((sum, { count }) => sum + count, 0);
  if (found > 0)
    return html`<p class="notice bad">The books differ from what they were made from, or from the providers’, in
      ${found === 1 ? 'one place' : `${found} places`}: <a href="/books">look at what was found</a>.</p>`;
  if (!checkedAt || now.getTime() - checkedAt.getTime() <= checkLateMs) return undefined;
  return html`<p class="notice wait">The books were last checked ${age(checkedAt, now)} ago: <a href="/books">see what the
    check waits for</a>.</p>`;
}

const isNear =
  (now: Date) =>
  ({ reconnectBy }: EndingConsent): boolean =>
    healthOf({ status: 'HEALTHY', refreshExpiresAt: reconnectBy }, now) === 'expiring';

const endLine = ({ apiName, accountName, reconnectBy }: EndingConsent): Html =>
  html`<p class="notice wait">The ${apiName} account ${accountName} has to be connected again by
    ${reconnectBy.toISOString().slice(0, 16).replace('T', ' ')} UTC: tell its owner.</p>`;

function subscriptionLine({ subscriptionsInTrouble: count }: VitalSigns): Html | undefined {
  if (count === 0) return undefined;
  return html`<p class="notice wait">eBay may not tell us of the orders of ${count === 1 ? 'one seller' : `${count} sellers`};
    the feeds read them meanwhile.</p>`;
}
