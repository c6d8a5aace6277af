/** Covers: demo/main.ts. */
import { expect } from 'chai';
import { closePrograms, npmRun, type Program } from '../support/npm-run.ts';

type Summary = {
  orders: number;
  duplicates: number;
  firstSettledSeconds: number;
  leftOut: { scenario: string; reason: string }[];
  failed: { scenario: string; reason: string; log: string }[];
};

/** The last line that is one JSON object. */
const summaryOf = ({ lines }: Program): Summary => JSON.parse(lines.findLast(line => line.startsWith('{')) ?? '');

describe('npm run demo -- --once', function () {
  this.timeout(180_000);
  afterEach(closePrograms);

  it('tells when the first order was settled, exits with 0 and leaves nothing behind', async () => {
    const demo = await npmRun('demo', ['--once', '--json', '--orders', '1']);
    expect(await demo.end, demo.lines.join('\n')).to.equal('status 0');
    const { firstSettledSeconds } = summaryOf(demo);
    expect(firstSettledSeconds).to.be.above(0);
    expect(demo.lines.join('\n')).to.match(
      /all as it should be: 1 of 1 orders in [\d.]+ s, the first settled after [\d.]+ s/,
    );
    expect(demo.leftFiles()).to.deep.equal([]);
  });

  it('comes to a verdict where scenarios break off: a row with the reason and the line of the log, and no duplicate', async () => {
    // The second checkout within a minute is refused.
    const env = { CHECKOUTS_PER_MINUTE_PER_ADDRESS: '1' };
    const demo = await npmRun('demo', ['--once', '--json', '--orders', '8'], { env });
    expect(await demo.end, demo.lines.join('\n')).to.equal('status 1');
    const { failed, duplicates, leftOut, orders } = summaryOf(demo);
    expect(failed.map(({ scenario }) => scenario)).to.include('reseller-proceeds');
    for (const { reason, log } of failed) {
      expect(reason).to.include('POST /api/paypal/create-order answered 429');
      expect(log).to.match(/^api \S+ answered 429 to POST \/api\/paypal\/create-order/);
    }
    // Five that ended as they should, and the first of the two that broke off.
    expect(orders).to.equal(6);
    expect(duplicates).to.equal(0);
    const receipt = demo.lines.join('\n');
    expect(receipt).to.match(/reseller-proceeds .* ✗/);
    expect(receipt).to.include('failed: POST /api/paypal/create-order answered 429').and.include('log: api ');
    expect(receipt).to.include('NOT as it should be').and.include('the log is kept for a day: ');
    expect(leftOut.map(({ scenario }) => scenario)).to.deep.equal(['browser', 'browser-crash']);
    expect(receipt).to.include('without browser and browser-crash, which need a browser: CHROME_PATH says /nowhere');
  });
});
