import { expect } from 'chai';
import type { OrderId } from '../../domain/ids.ts';
import { spawnDetached } from '../../runtime/detached-process.ts';
import { scheduleBookCheck, theBookCheck } from '../../store/book-check.ts';
import { openFindings } from '../../store/book-findings.ts';
import { bookRules } from '../../store/book-rules.ts';
import type { BookFinding } from '../../store/entities/book-check.ts';
import { PayoutLeg } from '../../store/entities/money.ts';
import { checkBooks } from '../../workers/check-books.ts';
import { breakages } from '../store/breakages.ts';
import { createStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { plants } from './plants.ts';

const fiveHours = 5 * 3_600;

/** Orders at our checkout that were bought and paid out. */
async function grow(stage: Stage, count: number): Promise<string[]> {
  const goods = await stage.stockUp(await stage.hireSeller());
  const ids: string[] = [];
  for (let order = 0; order < count; order += 1) ids.push((await stage.paidOrder(goods)).id);
  await stage.drain();
  await until(async () => {
    await stage.sweepAndDrain();
    const legs = await stage.store.read(em => em.find(PayoutLeg, { orderId: { $in: ids as OrderId[] } }));
    return legs.length === 2 * count && legs.every(({ status }) => status === 'PAID');
  });
  return ids;
}

/** As somebody at the database's console, whom no trigger of ours stops. */
async function pastAllGuards({ store }: Stage) {
  const sql = (text: string, values: unknown[] = []) => store.read(em => em.execute(text, values));
  const guarded = ['orders', 'payments', 'supplier_orders', 'payout_legs', 'ledger_transactions', 'ledger_postings'];
  for (const table of guarded) await sql(`alter table ${table} disable trigger user`);
  return sql;
}

/** As long as a day's job goes on, with its second look hours later; the providers' lists show all by then. */
async function foundByJob(stage: Stage): Promise<BookFinding[]> {
  await stage.store.transaction(em => scheduleBookCheck(em, new Date()));
  const check = await stage.store.read(theBookCheck);
  const later = { ...stage.context, now: () => new Date(Date.now() + fiveHours * 1_000) };
  let said = '';
  for (let jobs = 0; !said.includes('has ended'); jobs += 1) {
    if (jobs > 100) throw new Error(`the run comes to no end: ${said}`);
    said = await checkBooks({ checkId: check?.id ?? '' }, later);
  }
  return stage.store.read(em => openFindings(em, 1_000));
}

/** What the command prints. */
async function printed(stage: Stage): Promise<{ lines: string[]; end: string }> {
  const lines: string[] = [];
  const command = ['workers/ledger-check.ts', '--at-rest'];
  const process = spawnDetached(command, stage.env as Record<string, string>, line => lines.push(line));
  return { end: await process.end, lines };
}

/** What of these is named nowhere: by the job's findings, or in what the command prints. */
const unnamed = (wanted: readonly string[], found: readonly { rule: string }[], lines: readonly string[]) => ({
  byTheJob: wanted.filter(rule => !found.some(finding => finding.rule === rule)),
  byTheCommand: wanted.filter(rule => !lines.some(line => line.startsWith(`${rule}: `))),
});
const nothing = { byTheJob: [], byTheCommand: [] };

describe('a check of the books', function () {
  // Whole runs over a dozen orders, and the command started anew each time.
  this.timeout(120_000);

  let stage: Stage;
  let ids: string[];
  const own = bookRules.filter(({ asks }) => asks === 'our own rows').map(({ name }) => name);
  const atProviders = Object.keys(plants);
  before(async () => {
    stage = await createStage();
    ids = await grow(stage, atProviders.length);
    await stage.control('clock', { advanceSeconds: fiveHours });
  });
  after(() => stage[Symbol.asyncDispose]());

  it('has a difference planted for every rule there is, and no other', () => {
    const planted = [...new Set(breakages.map(([rule]) => rule)), ...atProviders];
    expect(planted).to.have.members(bookRules.map(({ name }) => name));
    expect(new Set(planted).size, 'each name is one rule’s').to.equal(planted.length);
  });

  it('finds nothing after ordinary orders, neither the job nor the command', async () => {
    expect(await foundByJob(stage)).to.deep.equal([]);
    const { lines, end } = await printed(stage);
    expect(lines.at(-1)).to.equal(`${bookRules.length} rules, 0 differences, 0 uncheckable`);
    expect(end).to.equal('status 0');
  });

  it('names every difference that is planted at a provider, and so does the command', async () => {
    const sql = await pastAllGuards(stage);
    for (const [index, plant] of Object.values(plants).entries())
      await plant({ stage, sql, orderId: ids[index] ?? '' });
    const found = await foundByJob(stage);
    const { lines, end } = await printed(stage);
    expect(unnamed(atProviders, found, lines)).to.deep.equal(nothing);
    expect(end).to.equal('status 1');
  });

  it('names every difference that is planted in our own rows, and so does the command', async () => {
    await using one = await createStage();
    await grow(one, 1);
    const sql = await pastAllGuards(one);
    const found: { rule: string }[] = [];
    const lines: string[] = [];
    // What changes how a sale or its order stands hides the rest: it comes last.
    const round = (text: string): number =>
      /update orders set/.test(text) ? 2 : /update (sales|effects) set/.test(text) ? 1 : 0;
    for (const now of [0, 1, 2]) {
      for (const [, text] of breakages) if (round(text) === now) await sql(text);
      found.push(...(await foundByJob(one)));
      lines.push(...(await printed(one)).lines);
    }
    expect(unnamed(own, found, lines)).to.deep.equal(nothing);
  });
});
