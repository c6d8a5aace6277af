import { Migration } from '@mikro-orm/migrations';

/**
 * A log-in at the supplier's shop is typed in, and proves nothing: it belongs to the first who got in with it. Until
 * then several may name it. Those that have bought something are proven.
 */
export class Migration0048ClaimedLogIns extends Migration {
  override up() {
    this.addSql(`
      alter table api_credentials add column claimed_at timestamptz;
      update api_credentials c set claimed_at = clock_now()
        where api_name = 'aliexpress' and status <> 'DISCONNECTED'
          and exists (select from supplier_orders s where s.credential_id = c.id);
      drop index api_credentials_one_owner;
      create unique index api_credentials_one_owner on api_credentials (api_name, environment, account_id)
        where status <> 'DISCONNECTED' and (api_name <> 'aliexpress' or claimed_at is not null);
    `);
  }

  /** Of several who name a log-in, who has proven it keeps it, else who named it first. */
  override down() {
    this.addSql(`
      create temporary table unproven on commit drop as
        select id from (
          select id, row_number() over (
            partition by environment, account_id order by claimed_at nulls last, created_at, id) as place
          from api_credentials where api_name = 'aliexpress' and status <> 'DISCONNECTED'
        ) named where place > 1;
      delete from shop_accounts where id in (select id from unproven);
      update api_credentials set status = 'DISCONNECTED', sealed = null, next_check_at = null
        where id in (select id from unproven);
      drop table unproven;
      drop index api_credentials_one_owner;
      create unique index api_credentials_one_owner on api_credentials (api_name, environment, account_id)
        where status <> 'DISCONNECTED';
      alter table api_credentials drop column claimed_at;
    `);
  }
}
