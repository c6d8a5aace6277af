/** Covers: workers/import/import-line.ts, workers/marketplace/marketplace-order.ts. */
import { expect } from 'chai';
import { addRate } from '../../../store/money/fx.ts';
import { paymentsOf } from '../../../store/money/payments.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { changeOrder, importFrom, notesOf, placeOnEbay, placeOnMercadoLibre } from '../workbench.ts';

describe('a sale that is not for us to ship', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
    const rate = { base: 'USD', quote: 'CLP', rate: '1000', source: 'test', asOf: new Date() } as const;
    await stage.store.transaction(em => addRate(em, rate));
  });
  after(() => stage[Symbol.asyncDispose]());

  const onMercadoLibre = async (shipment: { logisticMode?: string; logisticType?: string }) => {
    const goods = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const sale = { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864, ...shipment };
    const number = await placeOnMercadoLibre(stage, seller, sale);
    return { number, order: (await importFrom(stage, seller, 'mercadolibre', number))[0]! };
  };
  const onEbay = async (delivery: { instructions?: string; fulfilledBy?: string; labelBy?: string }) => {
    const goods = await stage.stockUp(seller, { listedOn: 'ebay' });
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }], delivery });
    return { number, order: (await importFrom(stage, seller, 'ebay', number))[0]! };
  };

  it('because MercadoLibre’s warehouse (Full) sends it: closed with that reason, and nobody is asked to ship it', async () => {
    const { number, order } = await onMercadoLibre({ logisticMode: 'me2', logisticType: 'fulfillment' });
    expect(order).to.include({ status: 'CANCELLED', reason: null });
    expect((await notesOf(stage, order.id)).at(-1)).to.match(/Full\) packs and ships it: nothing to buy/);
    expect(await stage.store.read(em => paymentsOf(em, order.id))).to.deep.equal([]);
    // Told again, and also cancelled there: it stays closed.
    await importFrom(stage, seller, 'mercadolibre', number);
    await changeOrder(stage, 'mercadolibre', number, { status: 'cancelled' });
    await importFrom(stage, seller, 'mercadolibre', number);
    expect((await stage.order(order.id)).status).to.equal('CANCELLED');
    expect(await stage.effects('supplier-order')).to.deep.equal([]);
  });

  it('because eBay’s warehouse sends it: closed with that reason', async () => {
    const { order } = await onEbay({ fulfilledBy: 'EBAY' });
    expect(order).to.include({ status: 'CANCELLED', reason: null });
    expect((await notesOf(stage, order.id)).at(-1)).to.match(/eBay packs and ships it: nothing to buy/);
  });

  it('is not bought when that is seen only right before the purchase', async () => {
    const { order } = await onMercadoLibre({ logisticMode: 'custom' });
    await stage.perform('fulfill', order.id);
    const patch = [
      { op: 'replace', path: '/logistic/mode', value: 'me2' },
      { op: 'replace', path: '/logistic/type', value: 'fulfillment' },
    ];
    await stage.control('faults', { provider: 'mercadolibre', operation: 'get-shipment', kind: 'reshape', patch });
    await stage.perform('purchase', order.id);
    expect(await stage.order(order.id)).to.include({ status: 'NEEDS_REVIEW', reason: 'SHIPPED_BY_MARKETPLACE' });
  });

  const persons: readonly [what: string, sold: () => Promise<{ order: object }>, reason: string][] = [
    ['with MercadoLibre’s label', () => onMercadoLibre({ logisticMode: 'me2' }), 'LABEL_BY_MARKETPLACE'],
    [
      'the same day, with MercadoLibre’s label (Flex)',
      () => onMercadoLibre({ logisticMode: 'me2', logisticType: 'self_service' }),
      'LABEL_BY_MARKETPLACE',
    ],
    ['with eBay’s label', () => onEbay({ labelBy: 'EBAY' }), 'LABEL_BY_MARKETPLACE'],
    ['by nobody: it is picked up in a shop', () => onEbay({ instructions: 'PREPARE_FOR_PICKUP' }), 'NOT_TO_BE_SHIPPED'],
    ['by nobody: it is a download', () => onEbay({ instructions: 'DIGITAL' }), 'NOT_TO_BE_SHIPPED'],
    ['as nobody knows', () => onEbay({ instructions: 'BY_DRONE' }), 'UNKNOWN_STATUS'],
  ];
  for (const [what, sold, reason] of persons)
    it(`is a person’s where it goes ${what}`, async () => {
      expect((await sold()).order).to.include({ status: 'NEEDS_REVIEW', reason });
    });
});
