import { expect } from 'chai';
import type { UserId } from '../../domain/ids.ts';
import { imbalance, merged, type Posting, reversed } from '../../domain/ledger.ts';
import { type Currency, money } from '../../domain/money.ts';

const entry = (minor: bigint, currency: Currency = 'USD', holder?: UserId): Posting => ({
  account: holder ? 'reseller' : 'fx:clearing',
  ...(holder ? { holder } : {}),
  amount: money(minor, currency),
});
const [mia, joe] = ['mia' as UserId, 'joe' as UserId];

describe('the sum of postings', () => {
  it('is kept per currency, and is empty when all are zero', () => {
    expect([...imbalance([])]).to.deep.equal([]);
    expect([...imbalance([entry(5n), entry(-5n)])]).to.deep.equal([]);
    expect([...imbalance([entry(5n), entry(-5n, 'CLP')])]).to.deep.equal([
      ['USD', 5n],
      ['CLP', -5n],
    ]);
    const off = imbalance([entry(5n), entry(-4n), entry(7n, 'EUR'), entry(-7n, 'EUR')]);
    expect([...off]).to.deep.equal([['USD', 1n]]);
  });
});

describe('merged postings', () => {
  it('are one per account, holder and currency, and none where nothing is left', () => {
    const parts = [entry(5n, 'USD', mia), entry(2n, 'USD', mia), entry(-7n, 'USD', joe), entry(3n), entry(-3n)];
    expect(merged(parts)).to.deep.equal([entry(7n, 'USD', mia), entry(-7n, 'USD', joe)]);
  });

  it('are nothing together with what takes them back', () => {
    const parts = [entry(5n, 'USD', mia), entry(-5n), entry(9n, 'CLP', mia), entry(-9n, 'CLP')];
    expect(merged([...parts, ...reversed(parts)])).to.deep.equal([]);
  });

  it('sum to zero, or are refused', () => {
    expect(() => merged([entry(5n), entry(-4n)])).to.throw('postings do not sum to zero: 1 USD');
  });
});
