/** Covers: providers/aliexpress/product.ts, workers/purchase/choose-offer.ts. */
import { expect } from 'chai';
import { Unreadable } from '../../domain/call-outcome.ts';
import { addRate } from '../../store/money/fx.ts';
import { createStage, type Goods, type Seller, type Stage } from '../support/stage.ts';
import {
  type Changes,
  intentsOf,
  notesOf,
  orderToBuy,
  performWith,
  reservationsOf,
  rows,
} from '../workers/workbench.ts';
import { boughtFor, changeProduct, clearShapes, meetForAnHour, reshape, variants, waysToShip } from './ali.ts';

describe('wires: what AliExpress offers', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  afterEach(() => clearShapes(stage));
  after(() => stage[Symbol.asyncDispose]());

  const purchase = (id: string, changes: Changes = {}) => performWith(stage, changes, 'purchase', id);
  const tried = (id: string) => purchase(id).catch((error: unknown) => error);
  const held = async (id: string) => (await reservationsOf(stage, id)).map(({ status }) => status);
  const ordered = async (id: string) => {
    const request = JSON.parse((await intentsOf(stage, 'buy', id)).at(-1)?.request ?? '{}');
    return JSON.parse(request.param_place_order_request4_open_api_d_t_o).product_items[0];
  };
  const stocked = async (product: Parameters<typeof changeProduct>[2] = {}, quantity = 1) => {
    const goods: Goods = await stage.stockUp(seller);
    const { id } = await orderToBuy(stage, goods, quantity);
    await changeProduct(stage, goods, product);
    return { id, goods };
  };
  /** Asked for again for an hour, then a person sees what was answered; nothing is bought, and nothing has failed. */
  const expectPerson = async (id: string) => {
    for (const met of await meetForAnHour(changes => purchase(id, changes))) expect(met).to.be.instanceOf(Unreadable);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'UNREADABLE_ANSWER' });
    expect(await rows(stage, 'select answer from evidence where order_id = ?', [id])).to.have.length(1);
    expect(await boughtFor(stage, id)).to.equal(0);
  };

  describe('to ship it', () => {
    it('an option with a formatted fee only made the whole answer useless: the good one is used', async () => {
      const { id } = await stocked();
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ logistics_service_name: 'CAINIAO_STANDARD' });
    });

    const broken: readonly [string, object][] = [
      ['has no code', { op: 'remove', path: `${waysToShip}/0/code` }],
      ['has a fee below zero', { op: 'replace', path: `${waysToShip}/0/shipping_fee_cent`, value: '-5.00' }],
      ['has a fee in words', { op: 'replace', path: `${waysToShip}/0/shipping_fee_cent`, value: 'US $1.99' }],
      ['has a fee in no currency', { op: 'remove', path: `${waysToShip}/0/shipping_fee_currency` }],
      [
        'has a fee in an unknown currency',
        { op: 'replace', path: `${waysToShip}/0/shipping_fee_currency`, value: 'XXX' },
      ],
      ['is null', { op: 'replace', path: `${waysToShip}/0`, value: null }],
      ['is a text', { op: 'replace', path: `${waysToShip}/0`, value: 'CAINIAO_STANDARD' }],
    ];
    for (const [what, patch] of broken)
      it(`an option that ${what} is not chosen, and the next one is`, async () => {
        const { id } = await stocked({ sku: { priceMinor: '100' }, shippingFeeMinor: '50' });
        await reshape(stage, 'freight-query', [patch]);
        expect(await purchase(id)).to.equal('PURCHASED');
        expect(await ordered(id)).to.include({ logistics_service_name: 'CAINIAO_PREMIUM' });
      });

    it('an option that is free, and therefore names no fee, is free', async () => {
      const { id } = await stocked({ shippingFeeMinor: '0' });
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await reservationsOf(stage, id)).to.deep.equal([{ status: 'CONSUMED', amount: '1250', payer: null }]);
    });

    it('options without days, company and tracking are options', async () => {
      const { id } = await stocked();
      const fields = ['company', 'tracking', 'min_delivery_days', 'max_delivery_days', 'guaranteed_delivery_days'];
      const gone = [0, 1].flatMap(at => fields.map(field => ({ op: 'remove', path: `${waysToShip}/${at}/${field}` })));
      await reshape(stage, 'freight-query', gone);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ logistics_service_name: 'CAINIAO_STANDARD' });
    });

    it('options of which none can be read do not mean that it cannot be sent', async () => {
      const { id } = await stocked();
      await reshape(
        stage,
        'freight-query',
        [0, 1].map(at => ({ op: 'remove', path: `${waysToShip}/${at}/code` })),
      );
      await expectPerson(id);
    });

    it('a success that holds no options does not mean it either', async () => {
      const { id } = await stocked();
      const options = waysToShip.split('/').slice(0, -1).join('/');
      await reshape(stage, 'freight-query', [{ op: 'remove', path: options }]);
      expect(await tried(id)).to.be.instanceOf(Unreadable);
      await clearShapes(stage);
      await reshape(stage, 'freight-query', [{ op: 'replace', path: options, value: {} }]);
      expect(await tried(id)).to.be.instanceOf(Unreadable);
    });
  });

  describe('of a product', () => {
    const other = { skuId: '12000000000000009', skuAttr: '14:29#Red', priceMinor: '900', stock: 5 };

    it('a variant of somebody else that cannot be read stopped ours', async () => {
      const { id, goods } = await stocked({ others: [other] });
      await reshape(stage, 'product-get', [{ op: 'replace', path: `${variants}/1/offer_sale_price`, value: 'US $9' }]);
      expect(await purchase(id)).to.equal('PURCHASED');
      const [effect] = (await stage.effects('supplier-order')).filter(({ key }) => key.startsWith(id));
      expect(effect?.detail.items).to.deep.equal([
        { productId: goods.supplierProductId, skuId: goods.skuId, count: 1 },
      ]);
    });

    const ours: readonly [string, readonly object[]][] = [
      ['price', [{ op: 'replace', path: `${variants}/0/offer_sale_price`, value: { amount: '12.50' } }]],
      ['stock', [{ op: 'replace', path: `${variants}/0/sku_available_stock`, value: 'many' }]],
      ['currency', [{ op: 'remove', path: `${variants}/0/currency_code` }]],
      ['import charges', [{ op: 'replace', path: `${variants}/0/estimated_import_charges`, value: '$2' }]],
      ['id', [{ op: 'replace', path: `${variants}/0/sku_id`, value: null }]],
    ];
    for (const [what, patch] of ours)
      it(`our own variant with an unreadable ${what} is not gone: a person looks`, async () => {
        const { id } = await stocked({ others: [other] });
        await reshape(stage, 'product-get', patch);
        await expectPerson(id);
      });

    it('a product that lists no variants at all is not gone', async () => {
      const { id } = await stocked();
      await reshape(stage, 'product-get', [{ op: 'replace', path: variants, value: [] }]);
      expect(await tried(id)).to.be.instanceOf(Unreadable);
    });

    it('a status of tomorrow does not say that it is gone', async () => {
      const { id } = await stocked();
      const status = '/aliexpress_ds_product_get_response/result/ae_item_base_info_dto/product_status_type';
      await reshape(stage, 'product-get', [{ op: 'replace', path: status, value: 'onHoliday' }]);
      expect(await tried(id)).to.be.instanceOf(Unreadable);
      await clearShapes(stage);
      await reshape(stage, 'product-get', [{ op: 'remove', path: status }]);
      expect(await purchase(id), 'and none says nothing').to.equal('PURCHASED');
    });
  });

  describe('a variant without sku_attr', () => {
    it('was ordered without a name and refused: it is ordered by its properties', async () => {
      const { id } = await stocked({ sparse: true });
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ sku_attr: '14:173' });
    });

    it('is ordered by all its properties together, without what its seller calls them', async () => {
      const sku = { skuAttr: '14:173#Blue;200007763:201336100#China;5:361386' };
      const { id } = await stocked({ sparse: true, sku });
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ sku_attr: '14:173;200007763:201336100;5:361386' });
    });

    it('keeps its name verbatim where it has one, whatever the properties say', async () => {
      const { id } = await stocked();
      await reshape(stage, 'product-get', [
        { op: 'replace', path: `${variants}/0/ae_sku_property_dtos`, value: 'Blue' },
      ]);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ sku_attr: '14:173#Blue' });
    });

    it('is the only one of its product, and needs no name', async () => {
      const { id } = await stocked({ sparse: true, sku: { skuAttr: '' } });
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ sku_attr: '' });
    });

    const nameless: readonly [string, object][] = [
      ['no properties', { op: 'remove', path: `${variants}/0/ae_sku_property_dtos` }],
      [
        'properties without numbers',
        { op: 'replace', path: `${variants}/0/ae_sku_property_dtos`, value: [{ sku_property_id: 14 }] },
      ],
    ];
    for (const [what, patch] of nameless)
      it(`and with ${what} was FAILED (VARIANT_GONE): a person looks`, async () => {
        const { id } = await stocked({
          sparse: true,
          others: [{ skuId: '12000000000000009', skuAttr: '14:29#Red', priceMinor: '900', stock: 5 }],
        });
        await reshape(stage, 'product-get', [patch]);
        await expectPerson(id);
      });
  });

  describe('in another currency', () => {
    const rate = (quote: 'EUR' | 'GBP', value: string) =>
      stage.store.transaction(em => addRate(em, { base: 'USD', quote, rate: value, source: 'test', asOf: new Date() }));
    const inReview = async (id: string) => {
      expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SUPPLIER_CURRENCY' });
      expect(await held(id)).to.deep.equal(['RELEASED']);
      expect((await notesOf(stage, id)).join()).not.to.include('a bug of ours');
    };

    it('freight in EUR without a current rate was "a bug of ours": a person is asked', async () => {
      const { id } = await stocked({ shippingCurrency: 'EUR' });
      await purchase(id);
      await inReview(id);
      expect((await notesOf(stage, id)).at(-1)).to.include('USD and EUR');
    });

    it('freight in GBP is taken at a current rate, and for a little dearer', async () => {
      await rate('GBP', '0.8000');
      const { id } = await stocked({ shippingCurrency: 'GBP' });
      expect(await purchase(id)).to.equal('PURCHASED');
      // 12.50 + 1.99 / 0.8 + 3 %
      expect((await notesOf(stage, id)).join('\n')).to.match(/placed at AliExpress as \d+ for 15\.06 USD/);
    });

    it('freight in GBP that is too dear by that is too dear', async () => {
      const { id } = await stocked({ shippingCurrency: 'GBP', shippingFeeMinor: '355' });
      await purchase(id);
      expect(await stage.order(id)).to.include({ status: 'FAILED', reason: 'PRICE_ABOVE_MAXIMUM' });
    });

    it('an option in a currency without a rate is not chosen while another can be judged', async () => {
      const { id } = await stocked({ sku: { priceMinor: '100' }, shippingFeeMinor: '50' });
      await reshape(stage, 'freight-query', [
        { op: 'replace', path: `${waysToShip}/0/shipping_fee_currency`, value: 'PLN' },
      ]);
      expect(await purchase(id)).to.equal('PURCHASED');
      expect(await ordered(id)).to.include({ logistics_service_name: 'CAINIAO_PREMIUM' });
    });

    it('goods in EUR without a rate are for a person', async () => {
      const { id } = await stocked({ sku: { currency: 'EUR' } });
      await purchase(id);
      await inReview(id);
    });

    it('goods in GBP are judged at the rate; that its account does not pay in GBP is for a person', async () => {
      const { id } = await stocked({ sku: { currency: 'GBP', priceMinor: '900', importChargesMinor: '100' } });
      await purchase(id);
      await inReview(id);
      expect((await notesOf(stage, id)).at(-1)).to.include('PRICE_PAY_CURRENCY_ERROR');
    });
  });
});
