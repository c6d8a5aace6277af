/** Covers: workers/purchase/supplier-address.ts, providers/aliexpress/place.ts. */
import { expect } from 'chai';
import type { Address } from '../../../domain/address.ts';
import type { AliExpressClient } from '../../../providers/aliexpress/client.ts';
import { thrownBy } from '../../providers/thrown-by.ts';
import { createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import { performWith } from '../workbench.ts';
import { bonn, expectNothingHeld, leeds, soldOnEbay } from './addresses.ts';

describe('an address, and AliExpress’ list of places', () => {
  let stage: Stage;
  let seller: Seller;
  let goods: Goods;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    goods = await stage.stockUp(seller, { listedOn: 'ebay' });
  });
  after(() => stage[Symbol.asyncDispose]());
  afterEach(() => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' }));

  const sold = (shipTo: Address) => soldOnEbay(stage, { seller, goods, shipTo });
  const english = { ...leeds, region: 'England' };

  it('is looked up in a list that is asked for once', async () => {
    let lists = 0;
    const real = stage.context.providers.aliexpress;
    const aliexpress: AliExpressClient = {
      ...real,
      getAddress: (...request) => {
        lists += 1;
        return real.getAddress(...request);
      },
    };
    const ids = await Promise.all([sold(bonn), sold(bonn), sold(bonn)]);
    await Promise.all(ids.map(id => performWith(stage, { providers: { aliexpress } }, 'fulfill', id)));
    for (const id of ids) await performWith(stage, { providers: { aliexpress } }, 'purchase', id);
    expect(lists).to.equal(1);
  });

  /** Another client: what it knows of places is its own. */
  const afresh = () => ({ providers: { aliexpress: { ...stage.context.providers.aliexpress } } });
  const fault = (change: object) =>
    stage.control('faults', { provider: 'aliexpress', operation: 'address-get', times: 1, ...change });

  it('waits for the list while AliExpress is away, with no money held', async () => {
    const id = await sold(bonn);
    await fault({ kind: 'status', status: 503 });
    expect(String(await thrownBy(() => performWith(stage, afresh(), 'fulfill', id)))).to.match(/^Retryable/);
    expect((await stage.order(id)).status).to.equal('PAID');
    await expectNothingHeld(stage, id);
    expect(await stage.perform('fulfill', id)).to.match(/^PURCHASING/);
  });

  const permission = { error_response: { code: 'InsufficientPermission', msg: 'no access', request_id: '1' } };
  for (const [what, change] of [
    ['may not be read', { kind: 'answer', body: permission }],
    ['is not there', { kind: 'answer', body: { aliexpress_ds_address_get_response: { result: { ret: 'false' } } } }],
    [
      'is of another shape',
      { kind: 'answer', body: { aliexpress_ds_address_get_response: { result: { ret: true, data: 7 } } } },
    ],
  ] as const)
    it(`is taken as it is where the list ${what}`, async () => {
      const id = await sold(english);
      await fault(change);
      expect(await performWith(stage, afresh(), 'fulfill', id)).to.match(/^PURCHASING/);
    });

  it('is not guessed where the list cannot be read: the supplier refused it, and a right address was to be corrected', async () => {
    const id = await sold(bonn);
    await fault({ kind: 'answer', body: { aliexpress_ds_address_get_response: { moved: 1 } } });
    expect(String(await thrownBy(() => performWith(stage, afresh(), 'fulfill', id)))).to.match(/MALFORMED_ANSWER/);
    await expectNothingHeld(stage, id);
    expect(await performWith(stage, afresh(), 'fulfill', id)).to.match(/^PURCHASING/);
  });

  it('is taken as it is while the supplier’s account must be connected again, which the order waits for', async () => {
    const late = await stage.hireSeller({ expiredToken: true });
    // Its owner took our consent back.
    await stage.control('accounts', { provider: 'aliexpress', name: `platform-${late.email.split('@')[0]}` });
    const wares = await stage.stockUp(late, { listedOn: 'ebay' });
    const id = await soldOnEbay(stage, { seller: late, goods: wares, shipTo: english });
    expect(await performWith(stage, afresh(), 'fulfill', id)).to.match(/^PURCHASING/);
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
  });
});
