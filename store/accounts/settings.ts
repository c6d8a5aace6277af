import type { EntityManager } from '../database/entity-manager.ts';

/** The platform's share of the gross profit, in percent: a decimal text. */
export async function commissionPercent(em: EntityManager): Promise<string> {
  const [row] = await em.execute<{ value: string }[]>(`select value from platform_config where name = 'commissionPct'`);
  return row?.value ?? '10';
}

export async function setCommissionPercent(em: EntityManager, percent: string): Promise<void> {
  await em.execute(
    `insert into platform_config (name, value) values ('commissionPct', ?)
     on conflict (name) do update set value = excluded.value, changed_at = clock_now()`,
    [percent],
  );
}

/** The kill switch over all purchases in a browser. */
export async function browserBuyingAllowed(em: EntityManager): Promise<boolean> {
  const [row] = await em.execute<{ value: string }[]>(`select value from platform_config where name = 'browserBuying'`);
  return row?.value === 'on';
}

export async function allowBrowserBuying(em: EntityManager, allowed: boolean): Promise<void> {
  await em.execute(`update platform_config set value = ?, changed_at = clock_now() where name = 'browserBuying'`, [
    allowed ? 'on' : 'off',
  ]);
}
