import { expect } from 'chai';
import { duplicatesAmong } from '../../demo/count.ts';

const [one, other, mark] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
];
const orders = [
  { id: one, mark: null },
  { id: other, mark },
];
let references = 0;
const effect = (kind: string, key: string, detail: Record<string, unknown> = {}) => {
  references += 1;
  return { kind, key, reference: `${references}`, amountMinor: '100', detail };
};
const bought = (key: string, purchase: string) => effect('supplier-order', key, { purchase });
const paidOut = (key: string, itemStatus = 'SUCCESS') => effect('payout', key, { itemStatus });
const captured = (key: string, customId: string) => effect('capture', key, { customId });

describe('duplicates in the demo', () => {
  it('are none where an order was bought, sold and shared once, whoever waited for it', () => {
    const once = [
      captured('P1', one),
      bought(`order-${one}-1`, 'a'),
      paidOut(`leg-${one}-1`),
      paidOut(`leg-${other}-1`),
    ];
    expect(duplicatesAmong(once, orders)).to.equal(0);
    expect(duplicatesAmong(once, []), 'also of an order that a scenario has left behind').to.equal(0);
  });

  it('are none where one purchase became two supplier orders that we do not know of yet', () => {
    expect(duplicatesAmong([bought(`order-${one}-1`, 'a'), bought(`order-${one}-1`, 'a')], orders)).to.equal(0);
  });

  it('are none where a payout came to nothing and was made again', () => {
    expect(duplicatesAmong([paidOut(`leg-${one}-1`, 'FAILED'), paidOut(`leg-${one}-2`)], orders)).to.equal(0);
  });

  for (const [what, effects] of Object.entries({
    'a second purchase under another key': [bought(`order-${one}-1`, 'a'), bought(`order-${one}-2`, 'b')],
    'a second purchase under the same key': [bought(`order-${one}-1`, 'a'), bought(`order-${one}-1`, 'b')],
    'a purchase on the website after one over the API': [bought(`order-${other}-1`, 'a'), bought(mark, 'b')],
    'a second payout of one share': [paidOut(`leg-${one}-1`), paidOut(`leg-${one}-2`)],
    'a second capture of one checkout': [captured('P1', one), captured('P2', one)],
  }))
    it(`are ${what}`, () => expect(duplicatesAmong(effects, orders)).to.equal(1));
});
