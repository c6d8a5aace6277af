import { healthOf } from '../../domain/connection.ts';
import type { Config } from '../../runtime/config.ts';
import type { Credential } from '../../store/entities/people.ts';

/** What the owner of an outside account sees of it: only the fields that are named here. */
export const connectionView = (credential: Credential, now: Date) => ({
  id: credential.id,
  provider: credential.apiName,
  environment: credential.environment,
  accountId: credential.accountId,
  accountName: credential.accountName,
  moneyHolder: credential.moneyHolder,
  scopes: credential.scopes.split(' ').filter(Boolean),
  health: healthOf(credential, now),
  /** Why the account has to be connected again, where its provider refuses us; else null. */
  refused:
    credential.refusedSince && credential.refusedFor
      ? { code: credential.refusedFor, since: credential.refusedSince, triedAgainAt: credential.trialAt ?? null }
      : null,
  lastUsedAt: credential.lastUsedAt ?? null,
  accessExpiresAt: credential.accessExpiresAt ?? null,
  /** The day on which the owner has to consent again; null where the provider names none. */
  reconnectBy: credential.refreshExpiresAt ?? null,
});

type WebhookUrls = { notificationUrl?: string; inlineUrl?: string };

/** The addresses at which the marketplace, or a sender of inline orders, calls us. */
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
