import type { UserId } from '../../domain/ids.ts';
import type { Holder } from '../../domain/order.ts';
import { commissionAdmin, findUser } from '../accounts/users.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import type { Order } from '../entities/order.ts';
import type { ApiName, Credential, Environment } from '../entities/people.ts';
import { credentialOf } from './credentials.ts';

/** Who pays the supplier for a reseller's orders: as set when the buying account was connected. */
export async function supplierPayer(em: EntityManager, userId: UserId, environment: Environment): Promise<Holder> {
  const connected = async (apiName: ApiName) => {
    const found = await credentialOf(em, userId, apiName, environment);
    return found?.status === 'DISCONNECTED' ? null : found;
  };
  const buyer = (await connected('aliexpress-dropshipping')) ?? (await connected('aliexpress'));
  if (buyer) return buyer.moneyHolder;
  return (await findUser(em, userId))?.platformBuyer ? 'platform' : 'reseller';
}

/**
 * The log-in with which an order is bought on the website: the reseller's own, else the platform's where an admin has
 * allowed it. Never one by which another party would pay than the order says.
 */
export async function browserBuyer(
  em: EntityManager,
  order: Order,
  environment: Environment,
): Promise<Credential | null> {
  const own = await credentialOf(em, order.userId, 'aliexpress', environment);
  if (own && own.status !== 'DISCONNECTED') return own.moneyHolder === order.supplierPaidBy ? own : null;
  const reseller = await findUser(em, order.userId);
  if (!reseller?.platformBuyer || order.supplierPaidBy !== 'platform') return null;
  return credentialOf(em, (await commissionAdmin(em)).id, 'aliexpress', environment);
}
