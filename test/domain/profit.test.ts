import { expect } from 'chai';
import fc from 'fast-check';
import { add, max, negate, percentOf, subtract, sum, zero } from '../../domain/money.ts';
import type { Custody } from '../../domain/order.ts';
import {
  breakEvenCost,
  dueToReseller,
  legsOf,
  mostToSpend,
  type Owed,
  type Profit,
  profitOf,
  type SaleFacts,
} from '../../domain/profit.ts';
import { usd } from '../support/money.ts';
import { amountIn, anyCustody, anyPercent, custodyName } from './arbitraries.ts';

/** 29.99 sold through PayPal, 12.50 for the goods and 1.99 for shipping. */
const lamp: SaleFacts = {
  salePrice: usd(2_999n),
  supplierCost: usd(1_449n),
  marketplaceFee: usd(0n),
  paymentFee: usd(154n),
};

const anySale: fc.Arbitrary<SaleFacts> = fc.record({
  salePrice: amountIn('USD', 1_000_000n),
  supplierCost: amountIn('USD', 1_000_000n),
  marketplaceFee: amountIn('USD', 200_000n),
  paymentFee: amountIn('USD', 50_000n),
});
const anyReceivable = amountIn('USD', 2_000_000n);

describe('the profit of a sale', () => {
  it('is the price without costs and fees, of which the platform takes its percentage', () => {
    expect(profitOf(lamp, '10')).to.deep.equal({
      grossProfit: usd(1_396n),
      commission: usd(140n),
      netProfit: usd(1_256n),
    });
  });

  it('at a loss is the reseller’s alone', () => {
    const loss = profitOf({ ...lamp, supplierCost: usd(3_000n) }, '10');
    expect(loss).to.deep.equal({ grossProfit: usd(-155n), commission: usd(0n), netProfit: usd(-155n) });
  });

  it('at break-even has no commission', () => {
    const even = profitOf({ ...lamp, supplierCost: breakEvenCost(lamp) }, '10');
    expect(even).to.deep.equal({ grossProfit: usd(0n), commission: usd(0n), netProfit: usd(0n) });
  });

  it('at the most that may be spent is a loss to nobody: the commission pays for the payouts', () => {
    const { supplierCost: _, ...sale } = lamp;
    const terms = { commissionPercent: '10', payoutFees: usd(50n) };
    expect(mostToSpend(sale, terms)).to.deep.equal(usd(2_345n));
    fc.assert(
      fc.property(anySale, anyPercent, amountIn('USD', 1_000n), (facts, commissionPercent, payoutFees) => {
        const supplierCost = mostToSpend(facts, { commissionPercent, payoutFees });
        const { commission, netProfit } = profitOf({ ...facts, supplierCost }, commissionPercent);
        expect(netProfit.amountMinor >= 0n).to.equal(true);
        if (Number(commissionPercent) > 0) expect(commission.amountMinor >= payoutFees.amountMinor).to.equal(true);
      }),
    );
  });

  it('is shared whole: commission and net profit add up to it, whatever the sale', () => {
    fc.assert(
      fc.property(anySale, anyPercent, (sale, percent) => {
        const { grossProfit, commission, netProfit } = profitOf(sale, percent);
        expect(add(commission, netProfit)).to.deep.equal(grossProfit);
        expect(sum([grossProfit, sale.supplierCost, sale.marketplaceFee, sale.paymentFee], 'USD')).to.deep.equal(
          sale.salePrice,
        );
        if (grossProfit.amountMinor > 0n) {
          expect(commission).to.deep.equal(percentOf(grossProfit, percent));
          expect(netProfit.amountMinor >= 0n && commission.amountMinor >= 0n).to.equal(true);
        } else expect(commission).to.deep.equal(zero('USD'));
      }),
    );
  });

  it('is a loss exactly when the cost is above break-even', () => {
    fc.assert(
      fc.property(anySale, sale => {
        const isLoss = profitOf(sale, '10').grossProfit.amountMinor < 0n;
        expect(isLoss).to.equal(sale.supplierCost.amountMinor > breakEvenCost(sale).amountMinor);
      }),
    );
  });
});

type Row = { custody: Custody; due: bigint; admin: bigint; reseller: bigint };

/** The table of whose money it is, with the lamp's numbers. */
const rows: readonly Row[] = [
  {
    custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' },
    due: 1_256n,
    admin: 140n,
    reseller: 1_256n,
  },
  {
    custody: { proceedsHeldBy: 'platform', supplierPaidBy: 'reseller' },
    due: 1_256n + 1_449n,
    admin: 140n,
    reseller: 2_705n,
  },
  { custody: { proceedsHeldBy: 'reseller', supplierPaidBy: 'reseller' }, due: -140n, admin: 0n, reseller: 0n },
  { custody: { proceedsHeldBy: 'reseller', supplierPaidBy: 'platform' }, due: -140n - 1_449n, admin: 0n, reseller: 0n },
];

const owing = (reseller = 0n, admin = 0n): Owed => ({ reseller: usd(reseller), admin: usd(admin) });

describe('the payout legs of a sale', () => {
  const sale = { ...profitOf(lamp, '10'), supplierCost: lamp.supplierCost };

  for (const { custody, due, admin, reseller } of rows) {
    it(`with ${custodyName(custody)} are ${admin} and ${reseller}, and ${due} is due`, () => {
      expect(dueToReseller(custody, sale)).to.deep.equal(usd(due));
      expect(legsOf(custody, sale, owing())).to.deep.equal({
        admin: usd(admin),
        reseller: usd(reseller),
        setOff: usd(0n),
      });
    });

    const held = custody.proceedsHeldBy === 'platform' && custody.supplierPaidBy === 'reseller' ? 2_845n : 0n;
    it(`with ${custodyName(custody)} are ${held > 0n ? 'the proceeds alone' : 'none'} at a loss`, () => {
      const loss = { ...profitOf({ ...lamp, supplierCost: usd(2_846n) }, '10'), supplierCost: usd(2_846n) };
      expect(loss.grossProfit).to.deep.equal(usd(-1n));
      const none = { admin: usd(0n), reseller: usd(0n), setOff: usd(0n) };
      expect(legsOf(custody, loss, owing())).to.deep.equal({ ...none, reseller: usd(held) });
      expect(legsOf(custody, loss, owing(9_999n))).to.deep.equal({ ...none, setOff: usd(held) });
    });
  }

  const platform: Custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' };
  const setOffs: [owed: bigint, setOff: bigint, leg: bigint][] = [
    [1n, 1n, 1_255n],
    [1_255n, 1_255n, 1n],
    [1_256n, 1_256n, 0n],
    [9_999n, 1_256n, 0n],
  ];
  for (const [owed, setOff, leg] of setOffs)
    it(`set ${setOff} off when the reseller owes ${owed}, and leave the admin’s share alone`, () => {
      expect(legsOf(platform, sale, owing(owed))).to.deep.equal({
        admin: usd(140n),
        reseller: usd(leg),
        setOff: usd(setOff),
      });
    });

  it('pay what the reseller still had to get as well', () => {
    const legs = { admin: usd(140n), reseller: usd(1_756n), setOff: usd(-500n) };
    expect(legsOf(platform, sale, owing(-500n))).to.deep.equal(legs);
  });

  const commissions: [what: string, reseller: bigint, admin: bigint, leg: bigint][] = [
    ['a commission that the set-off collects', 140n, -140n, 280n],
    ['as much of it as the set-off collects', 100n, -140n, 240n],
    ['the commission before the goods that the platform bought', 9_999n, -140n, 280n],
    ['none that was collected before', 1_449n, 0n, 140n],
    ['none that nothing is set off for', 0n, -140n, 140n],
    ['less by a commission that was paid for a sale booked back', 0n, 100n, 40n],
    ['nothing while more than that is to be had from them', 0n, 999n, 0n],
  ];
  for (const [what, reseller, admin, leg] of commissions)
    it(`pay the admin ${what}`, () => {
      expect(legsOf(platform, sale, owing(reseller, admin)).admin).to.deep.equal(usd(leg));
    });

  it('never exceed what is due, nor what the platform holds of the sale', () => {
    fc.assert(
      fc.property(anySale, anyPercent, anyCustody, anyReceivable, (facts, percent, custody, receivable) => {
        const profit: Profit & { supplierCost: SaleFacts['supplierCost'] } = {
          ...profitOf(facts, percent),
          supplierCost: facts.supplierCost,
        };
        const { admin, reseller, setOff } = legsOf(custody, profit, { reseller: receivable, admin: zero('USD') });
        for (const part of [admin, reseller, setOff]) expect(part.amountMinor >= 0n).to.equal(true);
        expect(setOff.amountMinor <= receivable.amountMinor).to.equal(true);
        if (custody.proceedsHeldBy === 'reseller') {
          expect(sum([admin, reseller, setOff], 'USD')).to.deep.equal(zero('USD'));
          return;
        }
        // Of a profit of one cent the commission may be all.
        const due = dueToReseller(custody, profit);
        expect(admin).to.deep.equal(profit.commission);
        expect(add(reseller, setOff)).to.deep.equal(max(due, zero('USD')));
        if (due.amountMinor < 0n) return;
        const proceeds = subtract(facts.salePrice, add(facts.marketplaceFee, facts.paymentFee));
        const held = custody.supplierPaidBy === 'platform' ? subtract(proceeds, facts.supplierCost) : proceeds;
        expect(sum([admin, reseller, setOff], 'USD')).to.deep.equal(held);
      }),
    );
  });

  it('owe each other the same in both directions: what is due differs by who holds and who pays', () => {
    fc.assert(
      fc.property(anySale, anyPercent, (facts, percent) => {
        const profit = { ...profitOf(facts, percent), supplierCost: facts.supplierCost };
        const due = (proceedsHeldBy: Custody['proceedsHeldBy'], supplierPaidBy: Custody['supplierPaidBy']) =>
          dueToReseller({ proceedsHeldBy, supplierPaidBy }, profit);
        expect(subtract(due('platform', 'reseller'), due('platform', 'platform'))).to.deep.equal(facts.supplierCost);
        expect(subtract(due('reseller', 'reseller'), due('reseller', 'platform'))).to.deep.equal(facts.supplierCost);
        const proceeds = subtract(facts.salePrice, add(facts.marketplaceFee, facts.paymentFee));
        expect(subtract(due('platform', 'platform'), due('reseller', 'platform'))).to.deep.equal(proceeds);
        expect(due('reseller', 'reseller')).to.deep.equal(negate(profit.commission));
      }),
    );
  });
});
