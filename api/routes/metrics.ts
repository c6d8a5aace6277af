import type { RequestHandler } from 'express';
import { Gauge, Registry } from 'prom-client';
import { isSameSecret } from '../../runtime/secrets/same-secret.ts';
import { bookRules } from '../../store/books/book-rules.ts';
import { type VitalSigns, vitalSigns } from '../../store/operations/vital-signs.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../middleware/problem.ts';

/** For Prometheus, with the token of METRICS_TOKEN as bearer; without one in the configuration there is nothing here. */
export const metrics =
  ({ config, store, now }: Deps): RequestHandler =>
  async (request, response) => {
    const { metricsToken } = config;
    if (metricsToken === undefined) throw new Problem(404, 'NO_SUCH_ROUTE', 'there is nothing at GET /metrics');
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!isSameSecret(given, metricsToken))
      throw new Problem(401, 'METRICS_TOKEN_WRONG', 'the bearer is not the configured METRICS_TOKEN');
    const registry = gaugesOf(await store.read(em => vitalSigns(em, now())), now());
    response.type(registry.contentType).send(await registry.metrics());
  };

/** Read from the database at each scrape: whichever process is asked, the answer is about all of them. */
function gaugesOf(signs: VitalSigns, now: Date): Registry {
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const secondsTo = (at: Date): number => (at.getTime() - now.getTime()) / 1_000;

  const swept = gauge('sweep_last_timestamp_seconds', 'When a sweep last came to its end; 0 before the first one');
  swept.set(signs.sweptAt ? signs.sweptAt.getTime() / 1_000 : 0);
  const accounts = gauge('connections', 'Outside accounts, by provider and health', ['provider', 'health']);
  for (const { apiName: provider, health, count } of signs.connections) accounts.set({ provider, health }, count);
  const ends = gauge('connection_consent_ends_seconds', 'Until its owner has to connect the account again', [
    'provider',
    'connection',
  ]);
  for (const { id, apiName: provider, reconnectBy } of signs.consentEnds)
    ends.set({ provider, connection: id }, secondsTo(reconnectBy));
  gauge('token_refresh_overdue_seconds', 'How long the token that is due longest has been due').set(
    signs.refreshOverdueSeconds,
  );
  gauge('ebay_subscriptions_in_trouble', 'Sellers whose orders eBay may not notify us of').set(
    signs.subscriptionsInTrouble,
  );
  const events = gauge('inbound_events_untaken', 'Events that nothing has come of: failed, or waiting for too long', [
    'state',
  ]);
  for (const state of ['failed', 'waiting'] as const) events.set({ state }, signs.events[state]);
  const checked = gauge(
    'book_check_last_timestamp_seconds',
    'When a check of the books last came to its end; 0 before',
  );
  checked.set(signs.books.checkedAt ? signs.books.checkedAt.getTime() / 1_000 : 0);
  const findings = gauge('book_findings', 'What checks of the books have found and no later check has seen gone', [
    'kind',
    'rule',
  ]);
  for (const { name: rule } of bookRules) findings.set({ kind: 'difference', rule }, 0);
  for (const { kind, rule, count } of signs.books.findings) findings.set({ kind, rule }, count);
  return registry;
}
