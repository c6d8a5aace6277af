import { expect } from 'chai';
import { scheduleBookCheck, theBookCheck } from '../../../store/books/book-check.ts';
import { openFindings } from '../../../store/books/book-findings.ts';
import type { BookFinding } from '../../../store/entities/book-check.ts';
import { checkBooks } from '../../../workers/books/check-books.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { refundOf, tell } from '../events/paypal-news.ts';
import { soldAndPaidOut } from '../payout/paying-out.ts';

describe('check-books', () => {
  let stage: Stage;
  let orderId: string;
  beforeEach(async () => {
    stage = await createStage();
    orderId = await soldAndPaidOut(stage);
    await stage.store.transaction(em => scheduleBookCheck(em, new Date()));
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const sql = (text: string) => stage.store.read(em => em.execute(text));
  const check = async () => {
    const row = await stage.store.read(theBookCheck);
    if (!row) throw new Error('there is no check');
    return row;
  };
  const job = async (): Promise<string> => stage.perform('check-books', (await check()).id);
  /** Jobs until one says that the run has ended, or waits for its second look. */
  const jobs = async (): Promise<string> => {
    for (let count = 0; count < 50; count += 1) {
      const said = await job();
      if (/has ended|looked at again/.test(said)) return said;
    }
    throw new Error('the run comes to no end');
  };
  /** By now it is due to be looked at again. */
  const hoursLater = () => sql(`update book_findings set first_seen_at = first_seen_at - interval '5 hours'`);
  const wholeRun = async (): Promise<string> => {
    const said = await jobs();
    if (said.includes('has ended')) return said;
    await hoursLater();
    return jobs();
  };
  const found = (): Promise<BookFinding[]> => stage.store.read(em => openFindings(em, 100));

  it('finds nothing after an order that went well, and comes back in a day', async () => {
    expect(await wholeRun()).to.match(/^run 1 has ended after [1-9]\d* questions; 0 findings are gone$/);
    expect(await found()).to.deep.equal([]);
    const { stage: at, finishedAt, nextCheckAt } = await check();
    expect([at, finishedAt === null]).to.deep.equal([null, false]);
    expect(nextCheckAt?.getTime()).to.be.closeTo(Date.now() + 86_400_000, 60_000);
  });

  it('is begun by the sweep when its day is over', async () => {
    await sql(`update book_checks set next_check_at = now() - interval '1 minute'`);
    const said = await stage.sweepAndDrain('due');
    expect(said.filter(text => text.startsWith('check-books'))).to.have.length.greaterThan(0);
    expect((await check()).run).to.equal(1);
  });

  it('shows a difference once a second look has met it again, and closes it when it is mended', async () => {
    await sql('update supplier_orders set cost_minor = cost_minor + 1');
    expect(await jobs()).to.match(/suspected differences are looked at again at/);
    expect(await found(), 'after one look').to.deep.equal([]);
    await hoursLater();
    expect(await jobs()).to.match(/run 1 has ended/);
    const rules = (await found()).map(({ rule, subject }) => [rule, subject]);
    expect(rules).to.have.deep.members([
      ['each purchase that stands is booked with what its supplier orders cost', orderId],
      ['the supplier has charged what we booked', orderId],
    ]);
    await sql('update supplier_orders set cost_minor = cost_minor - 1');
    expect(await wholeRun()).to.match(/run 2 has ended after \d+ questions; 2 findings are gone/);
    expect(await found()).to.deep.equal([]);
  });

  it('shows nothing of what was only news that had not arrived', async () => {
    const [captured] = await stage.effects('capture');
    const captureId = captured?.reference ?? '';
    const { refundId } = await stage.control<{ refundId: string }>('refund', { captureId, amountMinor: '500' });
    expect(await jobs()).to.match(/looked at again/);
    // Its notification comes later.
    await tell(stage, 'PAYMENT.CAPTURE.REFUNDED', refundOf(captureId, refundId));
    await hoursLater();
    expect(await jobs()).to.match(/run 1 has ended/);
    expect(await found()).to.deep.equal([]);
  });

  it('lets no job write that was taken for dead and was only slow', async () => {
    await sql('update supplier_orders set cost_minor = cost_minor + 1');
    const slow = { ...stage.context, store: { ...stage.store } };
    let transactions = 0;
    slow.store.transaction = async work => {
      transactions += 1;
      // What it has read is about to be written, and somebody else has gone on meanwhile.
      if (transactions === 6) await job();
      return stage.store.transaction(work);
    };
    const { id } = await check();
    expect(await checkBooks({ checkId: id }, slow)).to.equal('another job checks the books now');
    expect(await wholeRun()).to.match(/^run \d has ended/);
    expect(await found()).to.have.length(2);
  });

  it('goes on where it was when a job died', async () => {
    await sql('update supplier_orders set cost_minor = cost_minor + 1');
    const mortal = { ...stage.context, store: { ...stage.store } };
    let left = 8;
    mortal.store.transaction = work => {
      left -= 1;
      if (left < 0) throw new Error('died');
      return stage.store.transaction(work);
    };
    const { id } = await check();
    await checkBooks({ checkId: id }, mortal).catch((error: Error) => expect(error.message).to.equal('died'));
    const { stage: at, cursor, run } = await check();
    expect([at, run]).to.deep.equal(['our own rows', 1]);
    expect(cursor).to.be.a('string');
    expect(await wholeRun()).to.match(/^run 1 has ended/);
    expect(await found()).to.have.length(2);
  });

  it('waits for a provider that does not answer, and after four tries goes on without it', async () => {
    await stage.control('faults', {
      provider: 'paypal',
      operation: 'get-capture',
      kind: 'status',
      status: 503,
      times: 100,
    });
    let said = '';
    for (let tries = 0; tries < 20 && !said.includes('goes on at'); tries += 1) said = await job();
    expect(said).to.match(/^PAYPAL_\w+|HTTP_503.*goes on at/);
    const { stage: at, lastError, failures, nextCheckAt } = await check();
    expect([at, failures]).to.deep.equal(['paypal payments', 1]);
    expect(lastError).to.be.a('string');
    expect(nextCheckAt?.getTime()).to.be.greaterThan(Date.now() + 30_000);
    for (let tries = 0; tries < 3; tries += 1) await job();
    await wholeRun();
    const unread = (await found()).filter(({ kind }) => kind === 'unread');
    expect(unread.map(({ rule }) => rule)).to.include('PayPal has captured what we booked');
  });
});
