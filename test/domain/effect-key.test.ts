import { expect } from 'chai';
import fc from 'fast-check';
import { collectedName, effectKey, legName, orderName, parcelName, type SoldLine } from '../../domain/effect-key.ts';
import { ourKeyIn } from '../../domain/our-idempotency-keys.ts';

const sold: SoldLine = {
  channel: 'ebay',
  seller: { environment: 'sandbox', accountId: 'lamp-shop' },
  externalOrderId: '12-34567-89012',
  externalLineId: '10000000001',
};
const order = orderName(sold);

describe('the key of an effect', () => {
  it('is the same wherever and whenever it is derived: these are at the providers', () => {
    expect(effectKey('buy', order, 1)).to.equal('a405277c-5046-8c06-aa7b-ebdf0fcd4678-1');
    expect(effectKey('pay', legName(order, 1, 'reseller'), 2)).to.equal('leg-002fc6cc-82d2-8a35-8e3e-7c80a965e72f-2');
    expect(effectKey('refund', order, 1)).to.equal('refund-e17bbb5d-da90-8c45-b083-0e27928f37fe-1');
    expect(effectKey('ship-notice', parcelName(order, 'LP00123'), 1)).to.equal(
      'ship-2dccae6c-0415-821e-89e0-ec40e06620fc-1',
    );
    expect(collectedName([legName(order, 2, 'admin'), order])).to.equal(
      collectedName([order, legName(order, 2, 'admin')]),
    );
  });

  it('fits each provider’s alphabet and length, whatever the channel calls the order', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (externalOrderId, externalLineId, generation) => {
        const name = orderName({ ...sold, externalOrderId, externalLineId });
        for (const purpose of ['buy', 'pay', 'refund', 'ship-notice'] as const)
          expect(effectKey(purpose, name, generation)).to.match(/^[a-z0-9-]{36,60}$/);
      }),
    );
  });

  it('is known as ours in whatever a provider tells of it', () => {
    for (const purpose of ['pay', 'refund', 'ship-notice'] as const) {
      const key = effectKey(purpose, order, 3);
      expect(ourKeyIn({ resource: { items: [{ sender_item_id: key }] } })).to.equal(key);
    }
  });

  it('differs where anything does: purpose, channel, account, order, line, sale, beneficiary, part, parcel', () => {
    const names = [
      order,
      orderName({ ...sold, channel: 'mercadolibre' }),
      orderName({ ...sold, seller: { environment: 'production', accountId: 'lamp-shop' } }),
      orderName({ ...sold, seller: { environment: 'sandbox', accountId: 'other-shop' } }),
      orderName({ ...sold, externalOrderId: '12-34567-8901', externalLineId: '210000000001' }),
      orderName({ ...sold, externalLineId: '10000000002' }),
      legName(order, 1, 'reseller'),
      legName(order, 1, 'admin'),
      legName(order, 2, 'admin'),
      legName(order, 2, 'admin', 2),
      parcelName(order, 'A'),
      parcelName(order, 'B'),
    ];
    const keys = names.flatMap(name => [
      effectKey('buy', name, 1),
      effectKey('refund', name, 1),
      effectKey('buy', name, 2),
    ]);
    expect(new Set(keys)).to.have.length(keys.length);
    const hashes = new Set(keys.map(key => key.replace('refund-', '').replace(/-\d+$/, '')));
    expect(hashes).to.have.length(2 * names.length);
  });
});
