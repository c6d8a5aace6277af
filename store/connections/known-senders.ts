/**
 * The accounts in whose name notifications come in, remembered from one to the next. What is remembered may be out of
 * date: `version` says as what it was read, and whoever stores something in its name asks whether that still holds
 * (`store/events/event-inbox.ts`).
 */
import type pg from 'pg';
import type { CredentialId, UserId } from '../../domain/ids.ts';
import type { SecretBox } from '../../runtime/secrets/secret-box.ts';
import { accountVersion } from '../database/account-version.ts';
import { prepared } from '../database/prepared.ts';
import type { ApiName, Environment } from '../entities/people.ts';
import { openSecrets } from './credentials.ts';

export type Sender = {
  readonly id: CredentialId;
  readonly userId: UserId;
  readonly apiName: ApiName;
  /** The seller's id at the marketplace. */
  readonly accountId: string;
  /** Signs what this account sends inline: known of a connected account that was asked for by our own id. */
  readonly webhookSecret: string | undefined;
  readonly version: string;
};

/** How a notification names its account: by our own id, by the end of its path, or by the marketplace's id of the seller. */
export type SenderName =
  | { readonly by: 'id'; readonly value: CredentialId }
  | { readonly by: 'segment'; readonly value: string }
  | { readonly by: 'seller'; readonly value: string; readonly apiName: ApiName; readonly environment: Environment };

export type KnownSenders = {
  /**
   * The account, once `check` has let it pass. What is remembered and does not pass is read anew before it is refused.
   * Nothing when there is no such account. @throws what `check` throws
   */
  verified(name: SenderName, check?: (sender: Sender) => void): Promise<Sender | undefined>;
  /** It has changed since it was read so. */
  forget(name: SenderName, sender: Sender): void;
};

const columns = `select id, user_id, api_name, account_id, sealed, ${accountVersion('c')} as version from api_credentials c`;
const queries = {
  id: prepared(`${columns} where id = $1`),
  segment: prepared(`${columns} where webhook_segment = $1 and status <> 'DISCONNECTED'`),
  seller: prepared(
    `${columns} where account_id = $1 and api_name = $2 and environment = $3 and status <> 'DISCONNECTED'`,
  ),
} as const;

type Row = {
  id: CredentialId;
  user_id: UserId;
  api_name: ApiName;
  account_id: string;
  sealed: string | null;
  version: string;
};

const rememberedMax = 10_000;

/** What its query asks for, in the query's order. */
const valuesOf = (name: SenderName): readonly string[] =>
  name.by === 'seller' ? [name.value, name.apiName, name.environment] : [name.value];
const keyOf = (name: SenderName): string => [name.by, ...valuesOf(name)].join(' ');

export function openKnownSenders(pool: pg.Pool, box: SecretBox): KnownSenders {
  const remembered = new Map<string, Sender>();

  const read = async (name: SenderName): Promise<Sender | undefined> => {
    const { rows } = await pool.query<Row>({ ...queries[name.by], values: [...valuesOf(name)] });
    return rows[0] && toSender(name, rows[0], box);
  };
  const remember = (name: SenderName, sender: Sender): Sender => {
    // The oldest goes: a Map keeps the order in which its keys were set.
    if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(keyOf(name), sender);
    return sender;
  };

  return {
    async verified(name, check = () => undefined) {
      const known = remembered.get(keyOf(name));
      if (known && passes(known, check)) return known;
      const sender = await read(name);
      if (!sender) return undefined;
      check(sender);
      return remember(name, sender);
    },
    forget(name, sender) {
      if (remembered.get(keyOf(name)) === sender) remembered.delete(keyOf(name));
    },
  };
}

function passes(sender: Sender, check: (sender: Sender) => void): boolean {
  try {
    check(sender);
    return true;
  } catch {
    // Its owner may have got another secret meanwhile: the present one is read, and decides.
    return false;
  }
}

const toSender = (
  { by }: SenderName,
  { id, user_id: userId, api_name: apiName, account_id: accountId, sealed, version }: Row,
  box: SecretBox,
): Sender => ({
  id,
  userId,
  apiName,
  accountId,
  webhookSecret: by === 'id' && sealed ? openSecrets(box, { id, sealed }).webhookSecret : undefined,
  version,
});
