/** Covers: workers/browser/purchase-fallback.ts, workers/browser/place-order-once.ts. */
import { expect } from 'chai';
import { type Step, steps } from '../../workers/context/browser-steps.ts';
import type { Failpoint } from '../../workers/context/context.ts';
import { describeWith } from '../support/needs.ts';
import { goShopping, type Shopper, type Shopping } from './shopping.ts';

type End = 'bought' | 'parked';

/** Where a purchase may die, and what can be known afterwards. */
const deaths: readonly { at: Failpoint; end: End; withoutBrowser?: End }[] = [
  { at: 'orders-before', end: 'bought' },
  { at: 'item', end: 'bought' },
  { at: 'cart', end: 'bought' },
  { at: 'address', end: 'bought' },
  { at: 'review', end: 'bought' },
  { at: 'clicking', end: 'bought' },
  // From here on the click is attempted, in a browser that is gone.
  { at: 'effect-opened', end: 'bought', withoutBrowser: 'parked' },
  // CLICKING is committed, and nothing was clicked: nobody can prove that.
  { at: 'effect-sending', end: 'parked' },
  { at: 'clicked', end: 'bought' },
  { at: 'effect-answered', end: 'bought' },
  { at: 'effect-closed', end: 'bought' },
  { at: 'order-detail', end: 'bought' },
];

describeWith('browser', 'a purchase on the website that dies', function () {
  this.timeout(120_000);
  let shopping: Shopping;
  let shopper: Shopper;
  before(async () => {
    shopping = await goShopping();
    shopper = await shopping.hireShopper();
  });
  after(() => shopping?.[Symbol.asyncDispose]());

  it('is killed at every step there is', () => {
    const named = deaths.map(({ at }) => at);
    expect(named).to.include.members(steps.filter((step: Step) => step !== 'order-list'));
  });

  const carryOn = async (id: string): Promise<void> => {
    for (let tries = 0; tries < 4 && (await shopping.stage.order(id)).status === 'PURCHASING'; tries += 1)
      await (tries > 1 ? shopping.buyLate(id) : shopping.buy(id));
  };
  const expectEnd = async (id: string, end: End, before: number) => {
    const { status } = await shopping.stage.order(id);
    expect(status).to.equal(end === 'bought' ? 'PURCHASED' : 'NEEDS_REVIEW');
    const placed = (await shopping.stage.effects('supplier-order')).length - before;
    expect(placed).to.equal(end === 'bought' ? 1 : 0);
  };

  const worker = async () => {
    throw new Error('the worker died');
  };
  const browser = async () => {
    for (const pid of shopping.pool.browsers()) process.kill(pid, 'SIGKILL');
  };
  const ways = deaths.flatMap(({ at, end, withoutBrowser = end }) => [
    { at, how: 'with its worker', kill: worker, end },
    { at, how: 'with its browser', kill: browser, end: withoutBrowser },
  ]);
  for (const { at, how, kill, end } of ways)
    it(`at ${at}, ${how}: is ${end}, and at most once`, async () => {
      const { id } = await shopping.orderFor(shopper);
      const before = (await shopping.stage.effects('supplier-order')).length;
      const failpoint = async (name: Failpoint) => {
        if (name === at) await kill();
      };
      await shopping.buy(id, { failpoint }).catch(() => undefined);
      await carryOn(id);
      await expectEnd(id, end, before);
    });

  it('at order-list: looks again, and finds it', async () => {
    const { id } = await shopping.orderFor(shopper);
    const before = (await shopping.stage.effects('supplier-order')).length;
    await shopping.stage.control('faults', { provider: 'shop', operation: 'place', kind: 'drop-reply', times: 1 });
    await shopping.buy(id);
    const failpoint = async (name: Failpoint) => {
      if (name === 'order-list') throw new Error('the worker died');
    };
    await shopping.buy(id, { failpoint }).catch(() => undefined);
    await carryOn(id);
    await expectEnd(id, 'bought', before);
  });
});
