import { healthOf } from '../../domain/connection.ts';
import type { Config } from '../../runtime/config.ts';
import type { Credential } from '../../store/entities/people.ts';

/** What its owner sees of an outside account: nothing that is not named here gets out. */
export const connectionView = (credential: Credential, now: Date) => ({
  id: credential.id,
  provider: credential.apiName,
  environment: credential.environment,
  accountId: credential.accountId,
  accountName: credential.accountName,
  moneyHolder: credential.moneyHolder,
  scopes: credential.scopes.split(' ').filter(Boolean),
  health: healthOf(credential, now),
  /** Why it has to be connected again, where its provider refuses us; null where it does not. */
  refused:
    credential.refusedSince && credential.refusedFor
      ? { code: credential.refusedFor, since: credential.refusedSince, triedAgainAt: credential.trialAt ?? null }
      : null,
  lastUsedAt: credential.lastUsedAt ?? null,
  accessExpiresAt: credential.accessExpiresAt ?? null,
  /** On this day its owner has to consent again; null where the provider names none. */
  reconnectBy: credential.refreshExpiresAt ?? null,
});

export type WebhookUrls = { notificationUrl?: string; inlineUrl?: string };

/** Where the marketplace, or whoever sends orders inline, is to call us. */
export function webhookUrls(config: Config, { id, apiName, webhookSegment }: Credential): WebhookUrls {
  const base = `${config.publicUrl}/api/webhooks`;
  switch (apiName) {
    case 'ebay':
      return { notificationUrl: `${base}/ebay`, inlineUrl: `${base}/inline/${id}` };
    case 'mercadolibre':
      return { notificationUrl: `${base}/mercadolibre/${webhookSegment}`, inlineUrl: `${base}/inline/${id}` };
    default:
      return {};
  }
}
