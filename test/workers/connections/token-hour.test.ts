/** Covers: workers/connections/fresh-token.ts, workers/connections/renew-token.ts. */
import { expect } from 'chai';
import { berlin, createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { timelineLines } from '../../support/timeline-lines.ts';
import { importFrom, placeOnEbay, placeOnMercadoLibre, rows } from '../workbench.ts';

const minutes = 60;
const accessTtlSeconds = 120;
const providers = ['aliexpress', 'ebay', 'mercadolibre'] as const;

type Grant = { provider: (typeof providers)[number]; kind: 'code' | 'refresh' };

/** An hour of the providers' time, and an order every two minutes. */
describe('an hour with tokens that live for two minutes', function () {
  this.timeout(180_000);
  let stage: Stage;
  let seller: Seller;
  let wares: { own: Goods; ebay: Goods; mercadolibre: Goods };
  beforeEach(async () => {
    stage = await createStage({ MAX_DAILY_ORDERS: '1000' });
    await stage.control('balance', { provider: 'paypal', currency: 'USD', amountMinor: '100000000' });
    seller = await stage.hireSeller({ accessTtlSeconds });
    wares = {
      own: await stage.stockUp(seller),
      ebay: await stage.stockUp(seller, { listedOn: 'ebay' }),
      mercadolibre: await stage.stockUp(seller, { listedOn: 'mercadolibre' }),
    };
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  /** A sale at our checkout, on eBay or on MercadoLibre, in turn. */
  async function sell(minute: number): Promise<void> {
    if (minute % 3 === 0) return void (await stage.paidOrder(wares.own));
    if (minute % 3 === 1) {
      const lines = [{ goods: wares.ebay, totalMinor: 3_199 }];
      return void (await importFrom(stage, seller, 'ebay', await placeOnEbay(stage, seller, { lines })));
    }
    const sale = {
      goods: wares.mercadolibre,
      unitPriceMinor: 3_199,
      saleFeeMinor: 300,
      currency: 'USD',
      shipTo: berlin,
    };
    await importFrom(stage, seller, 'mercadolibre', await placeOnMercadoLibre(stage, seller, sale));
  }

  /** What stands in the way of the promise, in words; nothing when it is kept. */
  async function troubles(): Promise<string[]> {
    const lines = await timelineLines(stage);
    const told = lines.filter(({ kind, note }) => kind === 'tried' || /WAITING|FAILED|NEEDS_REVIEW/.test(note));
    const open = await rows<{ status: string }>(
      stage,
      `select status from orders where status not in ('PURCHASED', 'SHIPPED', 'DELIVERED')`,
    );
    const lost = await rows<{ status: string }>(stage, `select status from api_credentials where status <> 'HEALTHY'`);
    return [...told.map(({ note }) => note), ...[...open, ...lost].map(({ status }) => status)];
  }

  async function refreshes(): Promise<Record<Grant['provider'], number>> {
    const { grants } = await stage.control<{ grants: Grant[] }>('grants');
    const count = (provider: Grant['provider']) =>
      grants.filter(grant => grant.provider === provider && grant.kind === 'refresh').length;
    return { aliexpress: count('aliexpress'), ebay: count('ebay'), mercadolibre: count('mercadolibre') };
  }

  it('no order fails or waits for a token: each is renewed before it ends', async () => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await stage.passTime(60);
      await stage.sweepAndDrain('due');
      if (minute % 2 === 0) await sell(minute / 2);
      // Several workers are at it together.
      await Promise.all([stage.drain(), stage.drain(), stage.drain()]);
    }
    expect(await troubles()).to.deep.equal([]);
    expect(await rows(stage, 'select from orders')).to.have.length(minutes / 2);
    // Half-way through its two minutes, each of them, and no more often than that.
    for (const [provider, times] of Object.entries(await refreshes()))
      expect(times, provider).to.be.within(minutes - 2, minutes + 2);
  });

  it('no order fails or waits for a token either when nothing renews them ahead: the call that meets an expired one does', async () => {
    for (let minute = 0; minute < minutes; minute += 2) {
      await stage.passTime(120, 'still');
      await sell(minute / 2);
      await Promise.all([stage.drain(), stage.drain(), stage.drain()]);
    }
    expect(await troubles()).to.deep.equal([]);
    expect(await rows(stage, 'select from orders')).to.have.length(minutes / 2);
    // Once for each order that needed it: all of them at AliExpress, a third at each marketplace.
    const { aliexpress, ...marketplaces } = await refreshes();
    expect(aliexpress).to.equal(minutes / 2);
    for (const [provider, times] of Object.entries(marketplaces)) expect(times, provider).to.equal(minutes / 6);
  });
});
