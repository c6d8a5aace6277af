import { Migration } from '@mikro-orm/migrations';

/** Whether a reseller's marketplace proceeds arrive with the platform is not theirs alone to say: they are paid out. */
export class Migration0017Proceeds extends Migration {
  override up() {
    this.addSql(`
      alter table users add column platform_proceeds boolean not null default false;
      -- Those who sell like that already have been trusted with it.
      update users set platform_proceeds = true where exists (
        select from api_credentials c
        where c.user_id = users.id and c.money_holder = 'platform' and c.api_name in ('ebay', 'mercadolibre'));
    `);
  }

  override down() {
    this.addSql('alter table users drop column platform_proceeds');
  }
}
