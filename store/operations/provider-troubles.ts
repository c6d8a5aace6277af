import type { Trouble } from '../../domain/provider.ts';
import type { Store } from '../database/open.ts';

/** A trouble that no process has reported for a day is deleted. */
const forgottenAfter = '1 day';

type Row = Omit<Trouble, 'since' | 'until'> & { since: string; until: string };

/** What the processes tell each other about the providers' troubles; the dashboard reads it too. */
export const troubleBoard = (store: Pick<Store, 'read' | 'write'>) => ({
  load: (): Promise<readonly Trouble[]> =>
    store.read(async em => {
      const rows = await em.execute<Row[]>(
        `select provider, account, family, why, attempt, since::text, until::text from provider_troubles
         where until > clock_now() - ?::interval and (why = 'OUTAGE' or until > clock_now())
         order by provider, account, family, why limit 1000`,
        [forgottenAfter],
      );
      return rows.map(row => ({ ...row, since: new Date(row.since), until: new Date(row.until) }));
    }),

  /** `since` keeps its first value. */
  post: ({ provider, account, family, why, attempt, since, until }: Trouble): Promise<void> =>
    store.write(async em => {
      await em.execute(
        `insert into provider_troubles (provider, account, family, why, attempt, since, until) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (provider, account, family, why) do update
           set attempt = excluded.attempt, until = excluded.until,
               since = case when provider_troubles.until > clock_now() - ?::interval then provider_troubles.since else excluded.since end`,
        [provider, account, family, why, attempt, since, until, forgottenAfter],
      );
      await em.execute('delete from provider_troubles where until < clock_now() - ?::interval', [forgottenAfter]);
    }),

  withdraw: ({
    provider,
    account,
    family,
    why,
  }: Pick<Trouble, 'provider' | 'account' | 'family' | 'why'>): Promise<void> =>
    store.write(async em => {
      await em.execute('delete from provider_troubles where provider = ? and account = ? and family = ? and why = ?', [
        provider,
        account,
        family,
        why,
      ]);
    }),
});
