import { expect } from 'chai';
import fc from 'fast-check';
import type { Money } from '../../../domain/money.ts';
import { readRefunds } from '../../../providers/ebay/refunds.ts';
import type { WireRefund } from '../../../providers/ebay/schema.ts';
import { usd } from '../../support/money.ts';

const refundDate = '2026-09-02T08:00:00.000Z';
/** A refund as its line tells it, and as the order does. */
const atLine = (refundId: string | undefined, minor: number): WireRefund => ({
  ...(refundId ? { refundId } : {}),
  refundDate,
  amount: usd(minor),
});
const atOrder = (refundId: string | undefined, minor: number, refundStatus = 'REFUNDED'): WireRefund => ({
  ...atLine(refundId, minor),
  refundStatus,
});
const done = (minor: number) => ({ state: 'REFUNDED' as const, amount: usd(minor) });
const open = (minor: number) => ({ state: 'PENDING' as const, amount: usd(minor) });

describe('what eBay says was given back', () => {
  type Case = [what: string, order: WireRefund[], lines: WireRefund[][], ofOrder: unknown[], ofLines: unknown[][]];
  const cases: readonly Case[] = [
    [
      'counts one refund once that is told with the order, after fees, and with its line',
      [atOrder('51', 862)],
      [[atLine('51', 1_000)]],
      [],
      [[done(1_000)]],
    ],
    [
      'takes how a refund of a line stands from the order',
      [atOrder('51', 862, 'PENDING'), atOrder('52', 1_724, 'FAILED')],
      [[atLine('51', 1_000)], [atLine('52', 2_000)]],
      [],
      [[open(1_000)], []],
    ],
    [
      'spreads one refund over all lines that tell of it',
      [atOrder('51', 1_300)],
      [[atLine('51', 1_000)], [atLine('51', 500)]],
      [],
      [[done(1_000)], [done(500)]],
    ],
    [
      'keeps apart what the order alone tells, beside what it tells of lines',
      [atOrder('51', 862), atOrder('52', 300)],
      [[atLine('51', 1_000)]],
      [done(300)],
      [[done(1_000)]],
    ],
    [
      'guesses nothing from refunds that have no name',
      [atOrder(undefined, 862)],
      [[atLine(undefined, 1_000)]],
      [done(862)],
      [[done(1_000)]],
    ],
    [
      'counts two refunds of a line that have no name as two',
      [],
      [[atLine(undefined, 500), atLine(undefined, 500)]],
      [],
      [[done(500), done(500)]],
    ],
    [
      'knows a refund by its reference, where it was not made through the API',
      [{ refundReferenceId: 'r', refundDate, refundStatus: 'REFUNDED', amount: usd(862) }],
      [[{ refundReferenceId: 'r', refundDate, amount: usd(1_000) }]],
      [],
      [[done(1_000)]],
    ],
    [
      'does not believe lines that tell less than the order',
      [atOrder('51', 2_000)],
      [[atLine('51', 1_000)]],
      [done(2_000)],
      [[done(1_000)]],
    ],
    [
      'says of no line how much, where it is told twice and not the same',
      [],
      [[atLine('51', 1_000), atLine('51', 900)]],
      [],
      [[{ state: 'REFUNDED', amount: undefined }]],
    ],
  ];
  for (const [what, order, lines, ofOrder, ofLines] of cases)
    it(what, () => expect(readRefunds(order, lines)).to.deep.equal({ ofOrder, ofLines }));

  it('never counts a refund twice, however it is told', () => {
    const refund = fc.record({
      of: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
      minor: fc.integer({ min: 1, max: 5_000 }),
      feePercent: fc.integer({ min: 0, max: 20 }),
      told: fc.constantFrom('order', 'line', 'both'),
      status: fc.constantFrom('REFUNDED', 'PENDING', 'FAILED'),
      repeated: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(refund, { maxLength: 6 }), fc.gen(), (refunds, gen) => {
        const order: WireRefund[] = [];
        const lines: WireRefund[][] = [[], [], []];
        for (const [index, { of, minor, feePercent, told, status, repeated }] of refunds.entries()) {
          const name = `5${index}`;
          const date = status === 'REFUNDED' ? { refundDate } : {};
          const cost = Math.floor((minor * of.length * (100 - feePercent)) / 100);
          const whole = { refundId: name, ...date, refundStatus: status, amount: usd(cost) };
          const part = { refundId: name, ...date, amount: usd(minor) };
          if (told !== 'line') order.push(...(repeated ? [whole, whole] : [whole]));
          if (told !== 'order') for (const line of of) lines[line]?.push(...(repeated ? [part, part] : [part]));
        }
        order.sort(() => gen(fc.integer, { min: -1, max: 1 }));
        const read = readRefunds(order, lines);
        // A line alone does not tell that its refund has failed.
        const counts = refunds.filter(({ status, told }) => status !== 'FAILED' || told === 'line');
        const expected = lines.map((_line, line) =>
          counts
            .filter(({ of, told }) => of.includes(line) && told !== 'order')
            .reduce((sum, { minor }) => sum + minor, 0),
        );
        const total = (all: readonly { amount: Money | undefined }[]) =>
          Number(all.reduce((sum, { amount }) => sum + (amount?.amountMinor ?? 0n), 0n));
        expect(read.ofLines.map(total)).to.deep.equal(expected);
        expect(read.ofOrder.length).to.equal(counts.filter(({ told }) => told === 'order').length);
      }),
    );
  });
});
