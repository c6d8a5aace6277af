/** Covers: workers/books/given-up-effects.ts, store/contradictions.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { money } from '../../../domain/money.ts';
import { refundBody } from '../../../providers/paypal/order.ts';
import { commissionAdmin } from '../../../store/accounts/users.ts';
import { contradictionsOf } from '../../../store/contradictions.ts';
import { settleContradiction } from '../../../transactions/decisions/settle-contradiction.ts';
import { checkBooksNow } from '../../../workers/books/check-books-now.ts';
import { givenUp } from '../../../workers/books/given-up-effects.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { soldAndPaidOut } from './paying-out.ts';

describe('what was sent and then given up', () => {
  let stage: Stage;
  let orderId: OrderId;
  beforeEach(async () => {
    stage = await createStage();
    orderId = await soldAndPaidOut(stage);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const sql = (text: string, values: unknown[] = []) => stage.store.read(em => em.execute(text, values));
  const giveUp = (purpose: string) =>
    sql(`update effects set status = 'DISPROVEN', last_code = 'DECIDED_BY_PERSON' where purpose = ?`, [purpose]);
  const found = async () =>
    (await checkBooksNow(stage.context, { chosen: [givenUp], atRest: true })).map(({ kind, subject, detail }) => ({
      kind,
      subject,
      detail,
    }));

  it('is a capture that no payment here is', async () => {
    await giveUp('capture');
    expect(await found(), 'what was taken is booked').to.deep.equal([]);
    await stage.asOwner('alter table payments disable trigger user');
    await sql('delete from payments');
    const [captured] = await stage.effects('capture');
    expect(await found()).to.deep.equal([
      { kind: 'difference', subject: orderId, detail: `PayPal has captured 29.99 USD as ${captured?.reference}` },
    ]);
  });

  it('is a refund that carries the key that was given up', async () => {
    await sql(
      `insert into effects (id, purpose, subject, generation, route, account, environment, idempotency_key, request, status,
         sends, first_sent_at, last_sent_at, closed_at, last_code)
       select gen_random_uuid(), 'refund', subject, 1, route, account, environment, 'refund-given-up', '{}', 'DISPROVEN', 1,
         first_sent_at, last_sent_at, closed_at, 'DECIDED_BY_PERSON' from effects where purpose = 'capture'`,
    );
    expect(await found(), 'PayPal knows of none').to.deep.equal([]);
    const [captured] = await stage.effects('capture');
    const body = refundBody({ amount: money(500n, 'USD'), customId: 'refund-given-up' });
    await stage.context.providers.paypal.refundCapture(captured?.reference ?? '', 'refund-given-up', body);
    const [refund] = await stage.effects('refund');
    expect(await found()).to.deep.equal([
      { kind: 'difference', subject: orderId, detail: `PayPal has given back 5.00 USD as ${refund?.reference}` },
    ]);
  });

  it('is a payout whose answer never came, by the label that PayPal’s reports show', async () => {
    await giveUp('pay');
    await sql(`update effects set result = null where purpose = 'pay'`);
    expect(await found(), 'the reports are three hours late').to.deep.equal([]);
    await stage.control('clock', { advanceSeconds: 4 * 3_600 });
    const details = (await found()).map(({ detail }) => detail.replace(/ as \w+/, ''));
    expect(details).to.have.members(['PayPal has paid 12.56 USD (S)', 'PayPal has paid 1.40 USD (S)']);
  });

  it('holds the order of money that left all the same, until somebody says how much it was', async () => {
    await giveUp('pay');
    await sql(`update payout_legs set status = 'RETURNED' where beneficiary = 'reseller'`);
    expect(await found()).to.have.length(2);
    expect((await stage.order(orderId)).frozenFor).to.equal('CONTRADICTION');
    const legs = await sql('select beneficiary, status, reason from payout_legs order by 1');
    expect(legs).to.deep.include({ beneficiary: 'reseller', status: 'NEEDS_REVIEW', reason: 'EFFECT_CONTRADICTED' });
    const { id: by } = await stage.store.read(commissionAdmin);
    for (const { id } of await stage.store.read(em => contradictionsOf(em, orderId)))
      await stage.context.transact((em, enqueue) =>
        settleContradiction(em, enqueue, id, { amount: money(0n, 'USD'), why: 'PayPal’s list', by }),
      );
    expect((await stage.order(orderId)).frozenFor).to.equal(null);
    expect(await found(), 'what somebody has said is in the books').to.deep.equal([]);
  });

  it('cannot be known of an account whose keys are gone', async () => {
    await giveUp('pay');
    await sql(`update effects set account = 'another' where purpose = 'pay'`);
    const [first] = await found();
    expect(first?.kind).to.equal('uncheckable');
    expect(first?.detail).to.match(/was sent with the account another, whose keys are not known any more/);
  });
});
