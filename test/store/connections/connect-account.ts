import { randomUUID } from 'node:crypto';
import type { CredentialId } from '../../../domain/ids.ts';
import type { EncryptionKey } from '../../../runtime/config.ts';
import { createSecretBox } from '../../../runtime/secrets/secret-box.ts';
import { connect } from '../../../store/connections/connect.ts';
import type { Store } from '../../../store/database/open.ts';
import { insertUser } from '../fixtures.ts';

/** A new user's account, its tokens sealed with this key. */
export async function connectAccount(store: Store, key: EncryptionKey, accessToken = 'access'): Promise<CredentialId> {
  const connected = await store.transaction(async em =>
    connect(em, createSecretBox([key]), {
      userId: await insertUser(em),
      apiName: 'ebay',
      environment: 'sandbox',
      accountId: randomUUID(),
      accountName: 'shop',
      moneyHolder: 'platform',
      tokens: {
        accessToken,
        refreshToken: 'refresh',
        accessExpiresAt: new Date('2030-01-01'),
        refreshExpiresAt: new Date('2031-01-01'),
      },
      refreshAt: new Date('2029-12-31'),
    }),
  );
  if (!connected) throw new Error('the account belongs to somebody else');
  return connected.credential.id;
}
