import { randomBytes } from 'node:crypto';
import { decide, type Landed, land, start, type Walk } from '../../demo/consent.ts';
import { addUser, setProceedsHolder } from '../../store/accounts/users.ts';
import type { Api } from './open-api.ts';

export type Newcomer = { readonly id: string; readonly token: string };

/** A reseller without any account. */
export async function newcomer(api: Api): Promise<Newcomer> {
  const email = `${randomBytes(6).toString('hex')}@example.com`;
  const user = await api.stage.store.transaction(em =>
    addUser(em, { email, passwordHash: 'x', role: 'reseller', payoutReceiver: null }),
  );
  if (!user) throw new Error(`${email} is taken`);
  await api.stage.store.transaction(em => setProceedsHolder(em, user.id, 'platform'));
  return { id: user.id, ...(await api.enter(user.id)) };
}

export const shopName = (): string => `shop-${randomBytes(4).toString('hex')}`;

export const walk = (
  api: Api,
  as: { readonly token: string },
  provider: Walk['provider'],
  query: Record<string, string> = {},
): Walk => ({ apiUrl: api.url, token: as.token, provider, query });

/** All the way as somebody who says yes, however it ends. */
export async function connectVia(way: Walk, account: string): Promise<Landed> {
  const { page, browser } = await start(way);
  return land(await decide(page, account), browser);
}
