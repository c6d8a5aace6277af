import { healthOf } from '../../domain/connection.ts';
import { type Html, html } from '../../runtime/html.ts';
import { type EndingConsent, sweepStillMs, type VitalSigns } from '../../store/vital-signs.ts';
import { age } from './time.ts';

const linesMax = 10;

/** What stands still, or will; nothing while all is well. */
export const vitalLines = (signs: VitalSigns, now: Date): (Html | undefined)[] => [
  sweepLine(signs, now),
  lostLine(signs),
  ...signs.consentEnds.filter(isNear(now)).slice(0, linesMax).map(endLine),
  subscriptionLine(signs),
];

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
    they are read by the feeds meanwhile.</p>`;
}
