/** Covers: workers/books/check-books.ts, store/books/book-findings.ts. */
import { expect } from 'chai';
import type { OrderId } from '../../../domain/ids.ts';
import { spawnDetached } from '../../../runtime/system/detached-process.ts';
import { scheduleBookCheck, theBookCheck } from '../../../store/books/book-check.ts';
import { openFindings } from '../../../store/books/book-findings.ts';
import { bookRules } from '../../../store/books/book-rules.ts';
import type { BookFinding } from '../../../store/entities/book-check.ts';
import { PayoutLeg } from '../../../store/entities/money.ts';
import { checkBooks } from '../../../workers/books/check-books.ts';
import { breakages } from '../../store/books/breakages.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { changeOrder, hintOf, importFrom, placeOnEbay, placeOnMercadoLibre } from '../workbench.ts';
import { type Plot, plants } from './plants.ts';

const fiveHours = 5 * 3_600;

type Grown = Omit<Plot, 'stage' | 'sql'>;

/** Orders at our checkout that were bought and paid out, and beside each a sale from either marketplace. */
async function grow(stage: Stage, count: number, channels: 'all' | 'checkout only' = 'all'): Promise<Grown[]> {
  const seller = await stage.hireSeller();
  const goods = await stage.stockUp(seller);
  const grown: Grown[] = [];
  const sold = async (marketplace: 'ebay' | 'mercadolibre', place: () => Promise<string>) => {
    if (channels === 'checkout only') return { number: '', id: '' };
    const number = await place();
    const [order] = await importFrom(stage, seller, marketplace, number);
    return { number, id: order?.id ?? '' };
  };
  for (let index = 0; index < count; index += 1) {
    const onEbay = { lines: [{ goods: { listingId: `11${index}` }, totalMinor: 3_299, taxMinor: 200 }] };
    const onMercadoLibre = { goods: { listingId: `MLC11${index}` }, unitPriceMinor: 34_990, saleFeeMinor: 4_864 };
    grown.push({
      seller,
      orderId: (await stage.paidOrder(goods)).id,
      sales: {
        ebay: await sold('ebay', () => placeOnEbay(stage, seller, onEbay)),
        mercadolibre: await sold('mercadolibre', () => placeOnMercadoLibre(stage, seller, onMercadoLibre)),
      },
    });
  }
  const ids = grown.map(({ orderId }) => orderId as OrderId);
  await stage.drain();
  await until(async () => {
    await stage.sweepAndDrain();
    const legs = await stage.store.read(em => em.find(PayoutLeg, { orderId: { $in: ids } }));
    return legs.length === 2 * count && legs.every(({ status }) => status === 'PAID');
  });
  return grown;
}

/** As somebody at the database's console, whom no trigger of ours stops. */
async function pastAllGuards({ asOwner }: Stage) {
  const guarded = ['orders', 'payments', 'supplier_orders', 'payout_legs', 'ledger_transactions', 'ledger_postings'];
  for (const table of guarded) await asOwner(`alter table ${table} disable trigger user`);
  return asOwner;
}

/** As long as a day's job goes on, with its second look hours later; the providers' lists show all by then. */
async function foundByJob(stage: Stage): Promise<BookFinding[]> {
  await stage.store.transaction(em => scheduleBookCheck(em, new Date()));
  const check = await stage.store.read(theBookCheck);
  const later = { ...stage.context, now: () => new Date(Date.now() + 30 * 3_600_000) };
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
  const command = ['workers/books/ledger-check-command.ts', '--at-rest'];
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
  // Whole runs over many orders, and the command started anew each time.
  this.timeout(180_000);

  const own = bookRules.filter(({ asks }) => asks === 'our own rows').map(({ name }) => name);
  const atProviders = Object.keys(plants);
  const listed = (stage: Stage) => stage.control('clock', { advanceSeconds: fiveHours });

  it('has a difference planted for every rule there is, and no other', () => {
    const planted = [...new Set(breakages.map(([rule]) => rule)), ...atProviders];
    expect(planted).to.have.members(bookRules.map(({ name }) => name));
    expect(new Set(planted).size, 'each name is one rule’s').to.equal(planted.length);
  });

  it('finds nothing after ordinary sales on all channels, neither the job nor the command', async () => {
    await using stage = await createStage();
    const [, second] = await grow(stage, 2);
    // One of each is refunded in part, and we hear of it.
    await changeOrder(stage, 'ebay', second?.sales.ebay.number ?? '', { refunds: [{ amountMinor: '500' }] });
    await changeOrder(stage, 'mercadolibre', second?.sales.mercadolibre.number ?? '', { refundedMinor: '5000' });
    await stage.perform('import-order', await hintOf(stage, second!.seller, 'ebay', second!.sales.ebay.number));
    await stage.perform(
      'import-order',
      await hintOf(stage, second!.seller, 'mercadolibre', second!.sales.mercadolibre.number),
    );
    await listed(stage);
    expect(await foundByJob(stage)).to.deep.equal([]);
    const { lines, end } = await printed(stage);
    expect(lines.at(-1)).to.equal(`${bookRules.length} rules, 0 differences, 0 uncheckable`);
    expect(end).to.equal('status 0');
  });

  it('finds nothing of a sale that was made before its account was connected, by a clock that was ahead then', async () => {
    await using stage = await createStage();
    await grow(stage, 1);
    await stage.store.transaction(em =>
      em.execute(`update api_credentials set created_at = created_at + interval '2 minutes'`),
    );
    await listed(stage);
    expect(await foundByJob(stage)).to.deep.equal([]);
  });

  it('names every difference that is planted at a provider, and so does the command', async () => {
    await using stage = await createStage();
    const grown = await grow(stage, atProviders.length);
    const sql = await pastAllGuards(stage);
    for (const [index, plant] of Object.values(plants).entries()) await plant({ ...grown[index]!, stage, sql });
    await listed(stage);
    const found = await foundByJob(stage);
    const { lines, end } = await printed(stage);
    expect(unnamed(atProviders, found, lines)).to.deep.equal(nothing);
    expect(end).to.equal('status 1');
  });

  it('names every difference that is planted in our own rows, and so does the command', async () => {
    await using stage = await createStage();
    await grow(stage, 1, 'checkout only');
    const sql = await pastAllGuards(stage);
    const found: { rule: string }[] = [];
    const lines: string[] = [];
    // What changes how a sale or its order stands hides the rest: it comes last.
    const round = (text: string): number =>
      /update orders set/.test(text) ? 2 : /update (sales|effects) set/.test(text) ? 1 : 0;
    for (const now of [0, 1, 2]) {
      for (const [, text] of breakages) if (round(text) === now) await sql(text);
      found.push(...(await foundByJob(stage)));
      lines.push(...(await printed(stage)).lines);
    }
    expect(unnamed(own, found, lines)).to.deep.equal(nothing);
  });

  it('lists what nobody can be asked about, and says so of an eBay account that has not let us see its finances', async () => {
    await using stage = await createStage();
    const [plot] = await grow(stage, 1);
    const sql = await pastAllGuards(stage);
    await sql(
      `update api_credentials set scopes = 'https://api.ebay.com/oauth/api_scope/sell.fulfillment' where api_name = 'ebay'`,
    );
    await sql(`update effects set status = 'DISPROVEN', last_code = 'DECIDED_BY_PERSON' where purpose = 'buy'`);
    await listed(stage);
    const found = (await foundByJob(stage)).filter(({ kind }) => kind === 'uncheckable');
    expect(
      found.map(({ subject, detail }) => [subject, detail.split(/ [0-9a-f]{8}-| seller-/)[0]]),
    ).to.have.deep.members([
      ['', 'the eBay account'],
      ['', 'the eBay account'],
      [plot?.orderId, 'AliExpress finds no order by our key'],
    ]);
    const { lines } = await printed(stage);
    expect(lines.filter(line => line.startsWith('cannot be checked: '))).to.have.length(3);
  });
});
