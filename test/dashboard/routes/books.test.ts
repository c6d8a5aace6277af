import { expect } from 'chai';
import {
  claimBookCheck,
  endBookCheck,
  keepSecondLook,
  keepSlice,
  scheduleBookCheck,
  theBookCheck,
} from '../../../store/books/book-check.ts';
import type { Finding } from '../../../store/books/book-findings.ts';
import { bookRules } from '../../../store/books/book-rules.ts';
import { openWorld, operator, type visitor, type World } from '../world.ts';

const of = { stage: 'our own rows', cursor: null };

describe('the page of the books', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  const look = async () => (await admin.get('/books').expect(200)).text;
  /** One run that meets these, twice. */
  const run = (findings: readonly Finding[]) =>
    world.store.transaction(async em => {
      await scheduleBookCheck(em, new Date());
      const begun = await theBookCheck(em);
      const check = begun && (await claimBookCheck(em, begun.id, of));
      if (!check) throw new Error('nothing to claim');
      const read = { of, findings, asked: 3 };
      const again = await keepSecondLook(
        em,
        await keepSlice(em, check, read, { stage: 'second look', cursor: null }),
        read,
      );
      await endBookCheck(em, again, new Date(Date.now() + 86_400_000));
    });
  const [rule] = bookRules;
  const broken = (subject: string, detail: string): Finding => ({
    rule: rule?.name ?? '',
    kind: 'difference',
    subject,
    about: detail,
    detail,
  });

  it('says that nothing was compared before the first check', async () => {
    expect(await look())
      .to.include('The books have not been checked yet')
      .and.include('Nothing was compared yet');
  });

  it('lists every rule, and says that all of them hold after a check that found nothing', async () => {
    await run([]);
    const text = await look();
    for (const { name } of bookRules) expect(text).to.include(name.replaceAll("'", '&#39;'));
    expect(text.match(/>holds</g)).to.have.length(bookRules.length);
    expect(text)
      .to.include('The books agree with everything')
      .and.match(/Checked <time[^>]*>.*with\s+6 questions/s);
    expect((await admin.get('/').expect(200)).text).not.to.include('The books differ');
  });

  it('shows what was found below its rule, with what to do, and leads to the order; the overview leads here', async () => {
    const order = await world.addOrder();
    const uncheckable: Finding = {
      rule: 'given up',
      kind: 'uncheckable',
      subject: order,
      about: 'key',
      detail: 'AliExpress cannot be asked',
    };
    await run([broken(order, '0.05 <USD>'), uncheckable]);
    const text = await look();
    expect(text).to.include(`It should hold that ${rule?.name}`).and.include(rule?.toDo);
    expect(text).to.include(`href="/orders/${order}"`).and.include('0.05 &lt;USD&gt;').and.not.include('<USD>');
    expect(text).to.include('Cannot be checked').and.include('AliExpress cannot be asked');
    expect(text).to.include('1 broken');
    expect((await admin.get('/').expect(200)).text).to.match(/The books differ .* one place: <a href="\/books">/s);
  });

  it('shows of each rule the newest only, and how many more there are', async () => {
    await run(Array.from({ length: 53 }, (_, index) => broken('', `entry ${index}`)));
    const text = await look();
    expect(text.match(/>entry \d+</g)).to.have.length(50);
    expect(text).to.include('53 found').and.include('and 3 more');
  });

  it('shows what a later check has not met again as gone', async () => {
    await run([]);
    const text = await look();
    expect(text).to.include('The books agree').and.include('what later checks have not met again');
  });

  it('begins a check at the press of a button, and writes down who wanted it', async () => {
    await admin.post('/books/check').expect(303).expect('location', '/books');
    const check = await world.store.read(theBookCheck);
    const id = `check-books-${check?.id}-${check?.stateEntry}-${check?.wake}`;
    expect(await world.producer.isLive({ queue: 'check-books', id, payload: {} }, new Date())).to.equal(true);
    expect((await world.audit())[0]).to.include({ action: 'check the books', operator: world.admin.email });
  });
});
