import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { Holder } from '../../domain/order.ts';
import { marketplaces } from '../../domain/sale-channel.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { Credential, type Role, User } from '../entities/people.ts';

export const normalEmail = (email: string): string => email.trim().toLowerCase();

export const findUser = (em: EntityManager, id: UserId): Promise<User | null> => em.findOne(User, { id });

export const findUserByEmail = (em: EntityManager, email: string): Promise<User | null> =>
  em.findOne(User, { email: normalEmail(email) });

/** Null when the address is taken. */
export async function addUser(
  em: EntityManager,
  user: { email: string; passwordHash: string; role: Role; payoutReceiver: string | null },
): Promise<User | null> {
  const [row] = await em.execute<{ id: UserId }[]>(
    `insert into users (id, email, password_hash, role, payout_receiver) values (?, ?, ?, ?, ?)
     on conflict (email) do nothing returning id`,
    [randomUUID(), normalEmail(user.email), user.passwordHash, user.role, user.payoutReceiver],
  );
  return row ? findUser(em, row.id) : null;
}

/** What a user decides about their own money. */
export type UserSettings = Partial<Pick<User, 'refundPolicy' | 'payoutProvider' | 'payoutReceiver'>>;

export async function changeSettings(em: EntityManager, id: UserId, settings: UserSettings): Promise<User> {
  await em.nativeUpdate(User, { id }, settings);
  return em.findOneOrFail(User, { id });
}

/** The admin to whom commissions are assigned: the first one. */
export const commissionAdmin = (em: EntityManager): Promise<User> =>
  em.findOneOrFail(User, { role: 'admin' }, { orderBy: { createdAt: 'asc', id: 'asc' } });

export async function changeBrowserBuying(
  em: EntityManager,
  id: UserId,
  settings: Pick<User, 'browserBuying' | 'platformBuyer'>,
): Promise<User> {
  await em.nativeUpdate(User, { id }, settings);
  return em.findOneOrFail(User, { id });
}

/** If the reseller holds them again, that is also set for the marketplaces that are connected already. */
export async function setProceedsHolder(em: EntityManager, id: UserId, heldBy: Holder): Promise<void> {
  await em.nativeUpdate(User, { id }, { platformProceeds: heldBy === 'platform' });
  if (heldBy === 'reseller')
    await em.nativeUpdate(Credential, { userId: id, apiName: { $in: [...marketplaces] } }, { moneyHolder: heldBy });
}
