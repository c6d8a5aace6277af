/**
 * Verified events are stored before they are answered, and those that arrive together in one statement. A sender's account
 * is remembered from earlier events: whether it is still the same is asked by the statement that stores, so that no
 * change of an account can be missed.
 */
import pg from 'pg';
import type { EventId } from '../../domain/ids.ts';
import { openGroups } from '../../runtime/group-commit.ts';
import { graceMs } from '../database/due-row.ts';
import type { Keyring } from '../database/keyring.ts';
import { type EventRow, eventRow, type NewEvent } from './inbound-events.ts';

export type Arrival = NewEvent & {
  /** As what its sender's account is remembered; none where nothing is. */
  readonly accountVersion?: string;
  /** So many sales of its seller that no marketplace confirms may wait for a person. */
  readonly unconfirmedMax?: number;
};

type StoredEvent = {
  readonly id: EventId;
  readonly source: NewEvent['source'];
  readonly type: string;
  readonly status: EventRow['status'];
  readonly stateEntry: number;
  readonly wake: number;
};

/** `KNOWN`: its provider has sent it before. `ACCOUNT_CHANGED`: its sender must be looked at anew. */
export type Outcome = StoredEvent | 'KNOWN' | 'ACCOUNT_CHANGED' | 'TOO_MANY_UNCONFIRMED';

export type EventInbox = (arrival: Arrival) => Promise<Outcome>;

const groups = { itemsMax: 64, groupsMax: 2 } as const;

const storeArrivals = {
  name: 'store-arrivals',
  text: `
    with arrived as (
      select * from json_to_recordset($1) as e(id uuid, source text, event_id text, type text, subject text, headers jsonb,
        body text, keys_told text, credential_id uuid, status text, note text, account_version text, unconfirmed_max int)
    ), judged as (
      select e.*,
        e.account_version is not null and e.account_version is distinct from c.xmin::text as changed,
        e.unconfirmed_max is not null and e.unconfirmed_max <= (select count(*) from (
          select from orders o where o.user_id = c.user_id and o.status = 'NEEDS_REVIEW' and o.reason = 'UNCONFIRMED_SALE'
          limit e.unconfirmed_max) waiting) as crowded
      from arrived e left join api_credentials c on c.id = e.credential_id
    ), stored as (
      insert into inbound_events (id, source, event_id, type, subject, headers, body, keys_told, credential_id, status, note, next_check_at)
      select id, source, event_id, type, subject, headers, convert_to(body, 'UTF8'), keys_told, credential_id, status, note,
        case when status = 'RECEIVED' then clock_now() + interval '${graceMs} ms' end
      from judged where not changed and not crowded
      on conflict (source, event_id) do nothing returning id, source, type, status, state_entry, wake
    )
    select j.id, j.changed, j.crowded, s.source, s.type, s.status, s.state_entry, s.wake from judged j left join stored s on s.id = j.id`,
};

type Judged = { id: EventId; changed: boolean; crowded: boolean } & (
  | { source: NewEvent['source']; type: string; status: EventRow['status']; state_entry: number; wake: number }
  | { source: null }
);

/** A value that a column refuses, or a row that contradicts another. */
const isFaultOfOne = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && /^(22|23)/.test(error.code ?? '');

export function openEventInbox(pool: pg.Pool, keys: Keyring): EventInbox {
  const store = async (arrivals: readonly Arrival[]): Promise<readonly Outcome[]> => {
    const rows = arrivals.map(({ accountVersion, unconfirmedMax, ...event }) => ({
      ...eventRow(keys, event),
      account_version: accountVersion,
      unconfirmed_max: unconfirmedMax,
    }));
    const { rows: judged } = await pool.query<Judged>({ ...storeArrivals, values: [JSON.stringify(rows)] });
    const byId = new Map(judged.map(one => [one.id, one]));
    return rows.map(({ id }) => outcomeOf(byId.get(id)));
  };
  return openGroups({ ...groups, perform: store, isFaultOfOne });
}

function outcomeOf(judged: Judged | undefined): Outcome {
  if (!judged) throw new Error('an event was not judged');
  if (judged.changed) return 'ACCOUNT_CHANGED';
  if (judged.crowded) return 'TOO_MANY_UNCONFIRMED';
  if (judged.source === null) return 'KNOWN';
  const { id, source, type, status, state_entry: stateEntry, wake } = judged;
  return { id, source, type, status, stateEntry, wake };
}
