/** Covers: providers/paypal/event-subject.ts, migrations/0041-forgetting-persons.ts. */
import { expect } from 'chai';
import { openOrm } from '../../../store/database/open.ts';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.ts';

describe('PayPal’s messages from before they said what they are about', () => {
  let database: TestDatabase;
  let orm: Awaited<ReturnType<typeof openOrm>>;
  before(async () => {
    database = await createEmptyDatabase();
    orm = await openOrm(database.administratorUrl, 2);
  });
  after(async () => {
    await orm.close(true);
    await database.drop();
  });

  const sql = (text: string, values: unknown[] = []) => orm.em.fork().execute(text, values);
  const told = (id: string, resource: object) =>
    sql(
      `insert into inbound_events (id, source, event_id, type, headers, body, status)
       values (gen_random_uuid(), 'paypal', ?, 'ANY', '{}', convert_to(?, 'UTF8'), 'APPLIED')`,
      [id, JSON.stringify({ id, resource })],
    );
  const link = (path: string) => ({ links: [{ rel: 'up', href: `https://api.paypal.com${path}` }] });

  it('are found by the order, the payment or the disputed payment that they name', async () => {
    await orm.migrator.up({ to: '0038-collected-payouts' });
    await told('order', { id: '5O190127TN364715T', ...link('/v2/checkout/orders/5O190127TN364715T') });
    await told('capture', { id: 'CAP1', supplementary_data: { related_ids: { order_id: 'ORDER1' } } });
    await told('refund', { id: 'REF1', ...link('/v2/payments/captures/CAP2') });
    await told('dispute', { dispute_id: 'PP-D-1', disputed_transactions: [{ seller_transaction_id: 'CAP3' }] });
    await told('payout', { payout_item_id: 'X' });
    await orm.migrator.up();
    expect(
      await sql('select event_id as id, subject from inbound_events order by received_at, id'),
    ).to.have.deep.members([
      { id: 'order', subject: '5O190127TN364715T' },
      { id: 'capture', subject: 'ORDER1' },
      { id: 'refund', subject: 'CAP2' },
      { id: 'dispute', subject: 'CAP3' },
      { id: 'payout', subject: null },
    ]);
  });
});
