/** Covers: workers/purchase/supplier-address.ts, providers/aliexpress/address.ts. */
import { expect } from 'chai';
import type { Address } from '../../../domain/address.ts';
import type { AliExpressClient, FreightQuery } from '../../../providers/aliexpress/client.ts';
import { addRate } from '../../../store/money/fx.ts';
import { createStage, type Goods, type Seller, type Stage } from '../../support/stage.ts';
import {
  fromNow,
  importFrom,
  intentsOf,
  notesOf,
  performWith,
  placeOnEbay,
  placeOnMercadoLibre,
  rows,
} from '../workbench.ts';
import { athens, bonn, expectNothingHeld, hub, leeds, lund, soldOnEbay, tokyo } from './addresses.ts';

describe('a buyer’s address on its way to the supplier', () => {
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

  const sold = (shipTo: Address, forwarded = false) => soldOnEbay(stage, { seller, goods, shipTo, forwarded });

  const buy = async (id: string) => {
    expect(await stage.perform('fulfill', id)).to.match(/^PURCHASING/);
    // Some countries are not paid for automatically.
    expect(await stage.perform('purchase', id)).to.match(/^(PURCHASED|WAITING \(SUPPLIER_UNPAID\))/);
  };

  /** The address in the request that was frozen for AliExpress, and that its sandbox took. */
  const ordered = async (id: string): Promise<Record<string, string>> => {
    const [effect] = await intentsOf(stage, 'buy', id);
    const { param_place_order_request4_open_api_d_t_o: order } = JSON.parse(effect?.request ?? '{}');
    return JSON.parse(order).logistics_address;
  };

  const enter = (id: string, shipTo: Address) =>
    rows(stage, 'update orders set ship_to = ?::jsonb where id = ?', [JSON.stringify(shipTo), id]);

  const taken: readonly [string, Address, Record<string, string>][] = [
    [
      'a hub’s reference stands above its street',
      hub,
      { address: 'Reference #0000000000000001', address2: '100 Hub Road #200', province: 'Kentucky' },
    ],
    [
      'a German address has no region: its town tells it, and the phone’s country code has no plus',
      bonn,
      { province: 'North Rhine-Westphalia', city: 'Bonn', full_name: 'Max Muster', mobile_no: '15112345678' },
    ],
    ['Swedish postal codes are written with a space', lund, { zip: '18436', province: 'Skane', city: 'Lund' }],
    [
      'British numbers are written with a trunk zero; no region, and a firm',
      leeds,
      {
        ...{ mobile_no: '7936000278', phone_country: '+44', zip: 'LS1 1BA', province: 'England' },
        ...{ address: '1 Sample Street', address2: 'Example Ltd, Flat 2' },
      },
    ],
    [
      'Greek letters are spelt in Latin ones',
      athens,
      { full_name: 'Giorgos Papadopoylos', address: 'Ermoy 10', city: 'Athina', province: 'Attica', zip: '10563' },
    ],
    [
      'Italy’s provinces come as codes, and are listed by the region around them; its numbers keep their zero',
      { ...bonn, country: 'IT', city: 'Milano', region: 'MI', postalCode: '20121', phone: '02 1234567' },
      { province: 'Lombardia', city: 'Milano', mobile_no: '021234567', phone_country: '+39' },
    ],
    [
      'Canada’s provinces come as codes',
      { ...bonn, country: 'CA', city: 'Ottawa', region: 'ON', postalCode: 'k1a0b1', phone: '613 555 0100' },
      { province: 'Ontario', zip: 'K1A 0B1' },
    ],
    [
      'Australia’s states come as codes',
      { ...bonn, country: 'AU', city: 'Sydney', region: 'NSW', postalCode: '2000', phone: '0412 345 678' },
      { province: 'New South Wales', mobile_no: '412345678' },
    ],
    [
      'Spanish addresses have no region: the postal code tells it',
      { ...bonn, country: 'ES', city: 'Madrid', postalCode: '28001', phone: '612 345 678' },
      { province: 'Madrid', city: 'Madrid', mobile_no: '612345678' },
    ],
    [
      'Austrian villages are not in the list, which is English',
      { ...bonn, country: 'AT', city: 'Fügen', region: 'Tirol', postalCode: 'A-6263', phone: '0664 1234567' },
      { province: 'Tyrol', city: 'Other', address2: 'Fügen', zip: '6263', mobile_no: '6641234567' },
    ],
    [
      'New Zealand’s towns tell the region',
      { ...bonn, country: 'NZ', city: 'Dunedin', postalCode: '9016', phone: '021 123 4567' },
      { province: 'Otago', city: 'Dunedin' },
    ],
  ];
  for (const [what, shipTo, words] of taken)
    it(`is bought: ${what}`, async () => {
      const id = await sold(shipTo, shipTo.labelReference !== undefined);
      await buy(id);
      expect(await ordered(id)).to.include(words);
    });

  it('takes Other where neither region nor town tells it, and the list has it', async () => {
    const id = await sold({ ...athens, city: 'Chania', region: '' });
    await buy(id);
    expect(await ordered(id)).to.include({ province: 'Other', city: 'Chania' });
  });

  it('takes Arabic letters in Saudi Arabia', async () => {
    const riyadh = { line1: 'شارع العليا 1', city: 'الرياض', region: 'Riyadh', postalCode: '12211', country: 'SA' };
    const { id } = await stage.checkout(goods, {
      shipTo: { ...riyadh, fullName: 'محمد أحمد', phone: '0512345678', taxId: 'ABCD1234' },
    });
    await stage.perform('capture-payment', id);
    await buy(id);
    expect(await ordered(id)).to.include({ full_name: 'محمد أحمد', province: 'Riyadh', mobile_no: '512345678' });
  });

  it('has MercadoLibre’s quarter and comment, and the region by its code', async () => {
    await stage.store.transaction(em =>
      addRate(em, { base: 'USD', quote: 'CLP', source: 'test', rate: '941.35', asOf: fromNow(-1_000) }),
    );
    const lamp = await stage.stockUp(seller, { listedOn: 'mercadolibre' });
    const shipTo = {
      ...{ fullName: 'Camila Rojas', line1: 'Avenida Providencia 1234', line2: 'depto 5', neighborhood: 'Providencia' },
      ...{ city: 'Santiago', region: 'RM (Metropolitana)', regionCode: 'CL-RM', postalCode: '7500000', country: 'CL' },
      phone: '987654321',
    };
    const sale = { goods: lamp, unitPriceMinor: 34_990, saleFeeMinor: 4_864, shipTo };
    const [order] = await importFrom(stage, seller, 'mercadolibre', await placeOnMercadoLibre(stage, seller, sale));
    const id = order?.id ?? '';
    expect((await stage.order(id)).shipTo?.line2).to.equal('Providencia, depto 5');
    await stage.perform('fulfill', id);
    await stage.perform('purchase', id);
    expect(await ordered(id)).to.include({ province: 'Metropolitana de Santiago', address2: 'Providencia, depto 5' });

    const other = { ...sale, shipTo: { ...shipTo, line2: 'Pocuro, depto 5', neighborhood: 'Pocuro' } };
    const [next] = await importFrom(stage, seller, 'mercadolibre', await placeOnMercadoLibre(stage, seller, other));
    expect((await stage.order(next?.id ?? '')).shipTo?.line2).to.equal('Pocuro, depto 5');
  });

  const waits: readonly [string, Address, string, Address][] = [
    ['a state that is none', { ...hub, region: 'York' }, 'PROVINCE_INVALID: province: ', hub],
    ['no state in the United States', { ...hub, region: '' }, 'PROVINCE_MISSING: province: ', hub],
    ['Chinese characters in Japan', tokyo, 'LETTERS_INVALID: line1: ', { ...tokyo, line1: '1-1 Chiyoda' }],
    ['a phone that is none', { ...leeds, phone: '0123456' }, 'PHONE_INVALID: phone: ', leeds],
    ['a postal code of another country', { ...bonn, postalCode: 'LS1 1BA' }, 'ZIP_INVALID: postal code: ', bonn],
  ];
  for (const [what, shipTo, says, right] of waits)
    it(`waits for its owner, with no money held, when it has ${what}`, async () => {
      const id = await sold(shipTo);
      await stage.perform('fulfill', id);
      expect(await stage.order(id)).to.include({ status: 'WAITING', waitReason: 'ADDRESS_INVALID' });
      await expectNothingHeld(stage, id);
      const notes = (await notesOf(stage, id)).join('\n');
      expect(notes).to.include(`ADDRESS_${says}`);
      for (const text of [shipTo.fullName, shipTo.line1, shipTo.city, shipTo.postalCode, shipTo.phone, shipTo.region])
        if (text) expect(notes).not.to.include(text);

      // Its owner corrects one thing and spoils another: that is told too.
      const still = { ...right, fullName: '' };
      await enter(id, still);
      expect(await stage.perform('fulfill', id)).to.equal('still WAITING (ADDRESS_INVALID)');
      expect((await notesOf(stage, id)).at(-1)).to.include('FULL_NAME_MISSING');
      await enter(id, right);
      await buy(id);
    });

  it('is a person’s when eBay forwards the parcel and names no reference', async () => {
    const { labelReference: _, ...nameless } = hub;
    const id = await sold(nameless, true);
    expect(await stage.order(id)).to.include({ status: 'NEEDS_REVIEW', reason: 'LABEL_BY_MARKETPLACE' });
    await expectNothingHeld(stage, id);
  });

  it('is the same for the freight and for the order', async () => {
    const asked: FreightQuery[] = [];
    const real = stage.context.providers.aliexpress;
    const aliexpress: AliExpressClient = {
      ...real,
      queryFreight: (user, query, options) => {
        asked.push(query);
        return real.queryFreight(user, query, options);
      },
    };
    const id = await sold(bonn);
    await stage.perform('fulfill', id);
    await performWith(stage, { providers: { aliexpress } }, 'purchase', id);
    const { country, province } = await ordered(id);
    expect(asked.map(({ to }) => [to.country, to.province])).to.deep.equal([[country, province]]);
  });

  it('that is null or of another type in eBay’s answer is no address, and no malformed sale', async () => {
    const orderId = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }], shipTo: hub });
    const at = '/fulfillmentStartInstructions/0/shippingStep/shipTo';
    const patch = [
      { op: 'add', path: `${at}/companyName`, value: null },
      { op: 'add', path: `${at}/contactAddress/addressLine2`, value: 12 },
      { op: 'replace', path: `${at}/primaryPhone`, value: 'none' },
      { op: 'add', path: `${at}/email`, value: { moved: true } },
      { op: 'add', path: '/fulfillmentStartInstructions/0/pickupStep', value: null },
    ];
    await stage.control('faults', { provider: 'ebay', operation: 'get-order', kind: 'reshape', patch });
    const [order] = await importFrom(stage, seller, 'ebay', orderId);
    const { phone: _, ...rest } = hub;
    expect(order?.shipTo).to.deep.equal({ ...rest, line2: '12' });
  });
});
