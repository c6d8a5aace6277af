import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type AliExpressNotification, parseAliExpressNotification } from '../../../providers/aliexpress/webhook.ts';
import { WebhookRejected } from '../../../providers/webhook/webhook-rejected.ts';
import { credentialByAccount, findCredential } from '../../../store/connections/credentials.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import type { Credential } from '../../../store/entities/people.ts';
import { supplierOrderByNumber } from '../../../store/orders/supplier-orders.ts';
import type { Deps } from '../../deps.ts';
import { notFound } from '../../middleware/problem.ts';
import { bytesOf, take } from './receive-event.ts';
import { isSegment } from './secret-path.ts';

/**
 * AliExpress is not known to sign its messages. They must come in at the registered path, which cannot be guessed, and
 * must be about an order or an account of ours. A message is a hint all the same: the order is read back with its
 * owner's token, which proves whose it is.
 */
export const aliexpress =
  (deps: Deps): RequestHandler =>
  async (request, response) => {
    if (!isSegment(request.params.segment, deps.config.aliexpress.webhookSegment)) throw notFound('route');
    const body = bytesOf(request);
    const sent = parseAliExpressNotification(body);
    const credential = await deps.store.read(em => accountOf(em, deps, sent));
    if (!credential) throw new WebhookRejected('ALIEXPRESS_OTHER_ACCOUNT', 'about no account of ours');
    const { orderNumber: subject, type } = sent;
    // The message has no id of its own.
    const eventId = createHash('sha256').update(body).digest('base64url');
    const event = { source: 'aliexpress', eventId, type, subject, body, credentialId: credential.id } as const;
    await take(deps, response, { ...event, wanted: subject !== undefined }, 200);
  };

/** The account with which the order was bought; a message that names another account of ours does not count. */
async function accountOf(
  em: EntityManager,
  { config }: Deps,
  { orderNumber, accountIds }: AliExpressNotification,
): Promise<Credential | null> {
  let named: Credential | null = null;
  for (const accountId of accountIds)
    named ??= await credentialByAccount(em, 'aliexpress-dropshipping', config.aliexpress.environment, accountId);
  const known = orderNumber ? await supplierOrderByNumber(em, orderNumber) : null;
  if (!known?.credentialId) return named;
  if (named && named.id !== known.credentialId) return null;
  return findCredential(em, known.credentialId);
}
