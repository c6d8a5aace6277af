/**
 * Stores verified events before they are answered; events that arrive together are stored in one statement. A sender's
 * account is remembered from earlier events. The storing statement itself checks that the account is still the same, so
 * no change of an account can be missed.
 */
import pg from 'pg';
import type { EventId } from '../../domain/ids.ts';
import { openGroups } from '../../runtime/group-commit.ts';
import { accountVersion } from '../database/account-version.ts';
import type { Keyring } from '../database/keyring.ts';
import { prepared } from '../database/prepared.ts';
import { mayRepeat } from '../database/repeatable.ts';
import { storableJson } from '../database/storable-json.ts';
import {
  eventRow,
  eventsIn,
  insertEvents,
  type NewEvent,
  type StoredEvent,
  type StoredRow,
  storedEvent,
} from './inbound-events.ts';

export type Arrival = NewEvent & {
  /** The version of the sender's account that is remembered; absent when none is. */
  readonly accountVersion?: string;
  /** At most this many unconfirmed sales of the seller may wait for a person. */
  readonly unconfirmedMax?: number;
};

/** `KNOWN`: the provider has sent it before. `ACCOUNT_CHANGED`: the sender's account must be read again. */
export type Outcome = StoredEvent | 'KNOWN' | 'ACCOUNT_CHANGED' | 'TOO_MANY_UNCONFIRMED';

export type EventInbox = (arrival: Arrival) => Promise<Outcome>;

/** So many statements are under way at once, each on a connection of its own. */
export const statementsMax = 2;
const groups = { itemsMax: 64, groupsMax: statementsMax, waitingMax: 2_000, waitMaxMs: 5_000 } as const;

const storeArrivals = prepared(`
    with arrived as (
      select * from ${eventsIn('$1', ', account_version text, unconfirmed_max int')}
    ), judged as (
      select e.*,
        e.account_version is not null and e.account_version is distinct from ${accountVersion('c')} as changed,
        e.unconfirmed_max is not null and e.unconfirmed_max <= (select count(*) from (
          select from orders o where o.user_id = c.user_id and o.status = 'NEEDS_REVIEW' and o.reason = 'UNCONFIRMED_SALE'
          limit e.unconfirmed_max) waiting) as crowded
      from arrived e left join api_credentials c on c.id = e.credential_id
    ), stored as (${insertEvents('judged where not changed and not crowded')})
    select j.id, j.changed, s.source, s.type, s.status, s.state_entry, s.wake,
      j.crowded and not exists (select from inbound_events known where known.source = j.source and known.event_id = j.event_id) as crowded
    from judged j left join stored s on s.id = j.id`);

type Judged = { id: EventId; changed: boolean; crowded: boolean } & (StoredRow | { source: null });

const codeOf = (error: unknown): string => (error instanceof pg.DatabaseError ? (error.code ?? '') : '');

/** A value that a column refuses, a row that contradicts another, or one that an index has no room for. */
const isFaultOfOne = (error: unknown): boolean => /^(22|23|54)/.test(codeOf(error));

const repeatsMax = 4;

export function openEventInbox(pool: pg.Pool, keys: Keyring): EventInbox {
  const ask = async (rows: readonly ArrivalRow[]): Promise<readonly Judged[]> => {
    for (let repeats = 0; ; repeats += 1)
      try {
        return (await pool.query<Judged>({ ...storeArrivals, values: [storableJson(rows)] })).rows;
      } catch (error) {
        if (repeats === repeatsMax || !mayRepeat(error)) throw error;
      }
  };
  const store = openGroups<ArrivalRow, Outcome>({
    ...groups,
    isFaultOfOne,
    perform: async rows => {
      const byId = new Map((await ask(rows)).map(one => [one.id, one]));
      return rows.map(({ id }) => outcomeOf(byId.get(id)));
    },
  });
  // Sealed before it joins the others: what breaks at it is its own.
  return async arrival => store(rowOf(keys, arrival));
}

const rowOf = (keys: Keyring, { accountVersion, unconfirmedMax, ...event }: Arrival) => ({
  ...eventRow(keys, event),
  account_version: accountVersion,
  unconfirmed_max: unconfirmedMax,
});
type ArrivalRow = ReturnType<typeof rowOf>;

function outcomeOf(judged: Judged | undefined): Outcome {
  if (!judged) throw new Error('an event was not judged');
  if (judged.changed) return 'ACCOUNT_CHANGED';
  if (judged.crowded) return 'TOO_MANY_UNCONFIRMED';
  return judged.source === null ? 'KNOWN' : storedEvent(judged);
}
