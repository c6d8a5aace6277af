import { platformCurrency } from '../domain/fees.ts';
import type { UserId } from '../domain/ids.ts';
import type { Money } from '../domain/money.ts';
import { findUser } from '../store/accounts/users.ts';
import { timeOf } from '../store/database/clock.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import type { Order } from '../store/entities/order.ts';
import { setAvailable } from '../store/money/funding.ts';
import { refusal } from './decision-refused.ts';

export const isLimitCurrency = ({ currency }: Money): boolean => currency === platformCurrency;

/**
 * The reseller whose limit keeps the order waiting; null when it waits for something else, or for the platform's money.
 */
export const limitedReseller = (order: Pick<Order, 'waitReason' | 'supplierPaidBy' | 'userId'>): UserId | null =>
  order.waitReason === 'FAILED_INSUFFICIENT_FUNDS' && order.supplierPaidBy === 'reseller' ? order.userId : null;

/**
 * Sets the total that may be drawn from a reseller's own account, whose balance cannot be read. @throws DecisionRefused
 */
export async function setFundingLimit(em: EntityManager, userId: UserId, limit: Money): Promise<void> {
  if (!(await findUser(em, userId))) throw refusal('NOT_FOUND', 'there is no such user');
  await setAvailable(em, userId, limit, timeOf(em));
}
