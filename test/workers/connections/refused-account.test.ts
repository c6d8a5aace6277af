import { expect } from 'chai';
import { PermissionRefused } from '../../../domain/call-outcome.ts';
import type { CredentialId } from '../../../domain/ids.ts';
import { connect } from '../../../store/connections/connect.ts';
import { findCredential, openSecrets } from '../../../store/connections/credentials.ts';
import { addRate } from '../../../store/money/fx.ts';
import { withToken } from '../../../workers/connections/fresh-token.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import {
  connectAliExpress,
  hintOf,
  ordersAt,
  performWith,
  placeOnEbay,
  placeOnMercadoLibre,
  rows,
} from '../workbench.ts';

/** What was seen: a consent without the scope, and a rule of the marketplace's own gateway. */
const refusals = {
  ebay: {
    status: 403,
    body: {
      errors: [
        {
          errorId: 1100,
          domain: 'ACCESS',
          category: 'REQUEST',
          message: 'Access denied',
          longMessage: 'Insufficient permissions to fulfill the request.',
        },
      ],
    },
  },
  mercadolibre: {
    status: 403,
    body: {
      message: 'At least one policy returned UNAUTHORIZED.',
      code: 'PA_UNAUTHORIZED_RESULT_FROM_POLICIES',
      status: 403,
      blocked_by: 'PolicyAgent',
    },
  },
} as const;

const reading = {
  ebay: ['get-order', 'get-orders'],
  mercadolibre: ['get-order', 'get-shipment', 'search-orders', 'missed-feeds'],
} as const;

const codes = { ebay: 'EBAY_1100', mercadolibre: 'MERCADOLIBRE_PA_UNAUTHORIZED_RESULT_FROM_POLICIES' } as const;

describe('an account that its provider refuses', function () {
  this.timeout(60_000);
  let stage: Stage;
  let seller: Seller;
  let said: { level: string; text: string; line: Record<string, unknown> }[];
  beforeEach(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    const rate = { base: 'USD', quote: 'CLP', rate: '1000', source: 'test', asOf: new Date() } as const;
    await stage.store.transaction(em => addRate(em, rate));
    said = [];
    const keep = (level: string) => (line: Record<string, unknown>, text: string) => said.push({ level, text, line });
    Object.assign(stage.context.log, { error: keep('error'), info: keep('info') });
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const look = async (id: CredentialId) => (await stage.store.read(em => findCredential(em, id)))!;
  const refuse = async (marketplace: keyof typeof refusals, operations: readonly string[] = reading[marketplace]) => {
    for (const operation of operations)
      await stage.control('faults', {
        provider: marketplace,
        operation,
        kind: 'answer',
        times: 10_000,
        ...refusals[marketplace],
      });
  };
  const allow = () => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
  /** Of a listing that is not mapped: it is imported, and waits. AliExpress' clock would be wrong after all that time. */
  const sellUnmapped = {
    ebay: () => placeOnEbay(stage, seller, { lines: [{ goods: { listingId: '110055' }, totalMinor: 3_299 }] }),
    mercadolibre: () =>
      placeOnMercadoLibre(stage, seller, {
        goods: { listingId: 'MLC110055' },
        unitPriceMinor: 34_990,
        saleFeeMinor: 4_864,
      }),
  };
  const sell = {
    ebay: async () => {
      const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
      return placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }] });
    },
    mercadolibre: async () => {
      const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
      return placeOnMercadoLibre(stage, seller, { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864 });
    },
  };
  const minutes = async (count: number) => {
    for (let passed = 0; passed < count; passed += 10) {
      await stage.passTime(540);
      await stage.sweepAndDrain('due');
      // A trial lasts a minute.
      await stage.passTime(61);
      await stage.sweepAndDrain('due');
    }
  };

  for (const marketplace of ['ebay', 'mercadolibre'] as const) {
    it(`at ${marketplace} is stopped and told, and its sale is imported when it is let in again after 90 minutes`, async () => {
      const number = await sellUnmapped[marketplace]();
      const { id } = seller[marketplace];
      await refuse(marketplace);
      const event = await hintOf(stage, seller, marketplace, number);
      expect(await stage.perform('import-order', event)).to.include(codes[marketplace]);
      const stopped = await look(id);
      expect(stopped).to.include({ status: 'RECONNECT_NEEDED', refusedFor: codes[marketplace], refusals: 1 });
      expect(stopped.refusedSince).to.be.an.instanceOf(Date);
      const told = said.filter(({ level, text }) => level === 'error' && text.startsWith('an account refuses us'));
      expect(told.map(({ line }) => line.code)).to.deep.equal([codes[marketplace]]);

      await minutes(90);
      const still = await look(id);
      expect(still.refusals).to.be.within(3, 8);
      expect(await ordersAt(stage, number)).to.deep.equal([]);
      const [kept] = await rows<{ status: string }>(stage, 'select status from inbound_events where id = ?', [event]);
      expect(kept?.status).to.equal('RECEIVED');

      await allow();
      await minutes(65);
      expect(await look(id)).to.include({ status: 'HEALTHY', refusedSince: null, refusedFor: null, refusals: 0 });
      const orders = await ordersAt(stage, number);
      expect(orders.map(({ waitReason }) => waitReason)).to.deep.equal(['LISTING_NOT_MAPPED']);
    });
  }

  it('goes on at once when its owner connects it anew, with what waited', async () => {
    const number = await sell.ebay();
    await refuse('ebay');
    await stage.perform('import-order', await hintOf(stage, seller, 'ebay', number));
    await allow();
    const before = await look(seller.ebay.id);
    const { refreshToken, accessToken } = openSecrets(stage.context.box, before);
    const { userId, apiName, environment, accountId, accountName, moneyHolder, accessExpiresAt } = before;
    const tokens = { refreshToken, accessToken, accessExpiresAt: accessExpiresAt!, refreshExpiresAt: null };
    const account = { userId, apiName, environment, accountId, accountName, moneyHolder };
    await stage.store.transaction(em =>
      connect(em, stage.context.box, {
        ...account,
        tokens,
        refreshAt: accessExpiresAt!,
        scopes: before.scopes.split(' '),
      }),
    );
    expect(await look(seller.ebay.id)).to.include({ status: 'HEALTHY', refusedSince: null, trialAt: null });
  });

  it('is not stopped by a refusal of what it was asked before its owner connected it anew', async () => {
    const before = await look(seller.ebay.id);
    const stale = withToken(stage.context, before, async () => {
      const secrets = openSecrets(stage.context.box, before);
      const tokens = {
        ...secrets,
        accessToken: 'new',
        accessExpiresAt: before.accessExpiresAt!,
        refreshExpiresAt: null,
      };
      const { userId, apiName, environment, accountId, accountName, moneyHolder } = before;
      const account = { userId, apiName, environment, accountId, accountName, moneyHolder };
      await stage.store.transaction(em =>
        connect(em, stage.context.box, { ...account, tokens, refreshAt: before.accessExpiresAt! }),
      );
      throw new PermissionRefused('EBAY_1100', 'HTTP 403');
    });
    expect(await stale.catch(({ code }) => code)).to.equal('RECONNECT_NEEDED');
    expect(await look(seller.ebay.id)).to.include({ status: 'HEALTHY', refusals: 0 });
  });

  it('counts once, however many calls are refused at the same time', async () => {
    const credential = await look(seller.ebay.id);
    const refused = () =>
      withToken(stage.context, credential, () => Promise.reject(new PermissionRefused('EBAY_1100', 'HTTP 403')));
    await Promise.allSettled(Array.from({ length: 5 }, refused));
    expect((await look(credential.id)).refusals).to.equal(1);
    expect(said.filter(({ level }) => level === 'error')).to.have.length(1);
  });

  it('rests longer after each refusal, and never longer than an hour', async () => {
    const rests: number[] = [];
    await refuse('ebay');
    const number = await sell.ebay();
    await stage.perform('import-order', await hintOf(stage, seller, 'ebay', number));
    for (let tries = 0; tries < 6; tries += 1) {
      const stopped = await look(seller.ebay.id);
      rests.push(Math.round((stopped.trialAt!.getTime() - stage.context.now().getTime()) / 60_000));
      await stage.passTime(rests.at(-1)! * 60 + 1);
      await stage.perform('token-refresh', seller.ebay.id);
      await stage.drain();
      expect((await look(seller.ebay.id)).status).to.equal('RECONNECT_NEEDED');
    }
    expect(rests).to.deep.equal([5, 10, 20, 40, 60, 60]);
  });

  it('is on trial with the newest token, also when the one before has ended meanwhile', async () => {
    const number = await sellUnmapped.mercadolibre();
    await refuse('mercadolibre');
    await stage.perform('import-order', await hintOf(stage, seller, 'mercadolibre', number));
    await stage.passTime(7 * 3_600);
    await allow();
    await minutes(5);
    expect((await look(seller.mercadolibre.id)).status).to.equal('HEALTHY');
    expect(await ordersAt(stage, number)).to.have.length(1);
  });

  it('holds an order right before the purchase, and the order goes on when it is let in again', async () => {
    const number = await sell.ebay();
    await stage.perform('import-order', await hintOf(stage, seller, 'ebay', number));
    const [{ id } = { id: '' }] = await ordersAt(stage, number);
    await stage.perform('fulfill', id);
    stage.jobs.splice(0);
    await refuse('ebay');
    await stage.perform('purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    await allow();
    await minutes(10);
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('may be the supplier’s: an order that could not be bought goes on when the account may buy again', async () => {
    const account = await connectAliExpress(stage, seller, { name: `platform-${seller.email.split('@')[0]}` });
    const { id } = await stage.paidOrder(await stage.stockUp(seller));
    await stage.perform('fulfill', id);
    stage.jobs.splice(0);
    const { aliexpress } = stage.context.providers;
    const refusing = {
      ...aliexpress,
      getProduct: () => Promise.reject(new PermissionRefused('ALIEXPRESS_INSUFFICIENT_PERMISSION', 'no')),
    };
    await performWith(stage, { providers: { aliexpress: refusing } }, 'purchase', id);
    expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'RECONNECT_NEEDED' });
    expect(await look(account.id)).to.include({ status: 'RECONNECT_NEEDED', refusals: 1 });
    await minutes(10);
    expect(await look(account.id)).to.include({ status: 'HEALTHY', refusals: 0 });
    expect((await stage.order(id)).status).to.equal('PURCHASED');
  });

  it('stays connected when it may only not tell of a parcel, and is told of it again', async () => {
    const number = await sell.ebay();
    await stage.perform('import-order', await hintOf(stage, seller, 'ebay', number));
    const [{ id } = { id: '' }] = await ordersAt(stage, number);
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await stage.perform(queue, id);
    await refuse('ebay', ['shipping-fulfillment']);
    const [placed] = await rows<{ number: string }>(stage, 'select number from supplier_orders where order_id = ?', [
      id,
    ]);
    await stage.control('supplier', {
      number: placed!.number,
      status: 'WAIT_BUYER_ACCEPT_GOODS',
      logisticsStatus: 'SELLER_SEND_GOODS',
      tracking: [{ trackingNumber: 'LP00123456789012' }],
    });
    await stage.perform('track-shipment', id);
    expect(await stage.effects('ship-notice')).to.deep.equal([]);
    expect((await look(seller.ebay.id)).status).to.equal('HEALTHY');
    await allow();
    await stage.passTime(600);
    await stage.perform('track-shipment', id);
    expect(await stage.effects('ship-notice')).to.have.length(1);
  });

  it('stays connected when it may only not be told of orders: the feed finds them', async () => {
    const number = await sellUnmapped.mercadolibre();
    await refuse('mercadolibre', ['missed-feeds']);
    await stage.passTime(300);
    await stage.sweepAndDrain();
    expect((await look(seller.mercadolibre.id)).status).to.equal('HEALTHY');
    expect(await ordersAt(stage, number)).to.have.length(1);
    const [feed] = await rows<{ last_error: string }>(
      stage,
      `select last_error from feeds where credential_id = ? and kind = 'mercadolibre-missed'`,
      [seller.mercadolibre.id],
    );
    expect(feed?.last_error).to.equal(codes.mercadolibre);
  });
});
