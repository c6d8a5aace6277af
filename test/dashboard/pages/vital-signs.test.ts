import { expect } from 'chai';
import { vitalLines } from '../../../dashboard/pages/vital-signs.ts';
import type { CredentialId } from '../../../domain/ids.ts';
import type { VitalSigns } from '../../../store/operations/vital-signs.ts';

const now = new Date('2026-11-20T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const well: VitalSigns = {
  sweptAt: ago(5),
  connections: [{ apiName: 'ebay', health: 'healthy', count: 3 }],
  consentEnds: [],
  refreshOverdueSeconds: 0,
  subscriptionsInTrouble: 0,
  refused: [],
  events: { failed: 0, waiting: 0 },
  restore: null,
  books: { checkedAt: ago(3_600), findings: [] },
};
const told = (signs: Partial<VitalSigns>): string =>
  vitalLines({ ...well, ...signs }, now)
    .map(line => line?.markup ?? '')
    .join('\n')
    .trim();
const consent = (days: number) => ({
  id: 'x' as CredentialId,
  apiName: 'ebay' as const,
  accountName: '<shop>',
  reconnectBy: ago(-days * 86_400),
});

describe('dashboard: what stands still, or will', () => {
  const cases: readonly [what: string, signs: Partial<VitalSigns>, says: RegExp | ''][] = [
    ['nothing while all is well', {}, ''],
    ['nothing of a sweep of a minute ago', { sweptAt: ago(60) }, ''],
    [
      'that the sweep stands still',
      { sweptAt: ago(600) },
      /The sweep stands still: the last one ended .*10 min.* ago/s,
    ],
    ['that there has been no sweep', { sweptAt: null }, /there has been none/],
    [
      'which accounts wait for their owners',
      { connections: [{ apiName: 'ebay', health: 'reconnect needed', count: 2 }] },
      /2 accounts have to be connected again/,
    ],
    [
      'a consent that ends within the week',
      { consentEnds: [consent(3)] },
      /&lt;shop&gt; has to be connected again by\s+2026-11-23 12:00 UTC/,
    ],
    ['nothing of one that ends in a month', { consentEnds: [consent(30)] }, ''],
    [
      'which account refuses us, since when and why, and when it is tried again',
      {
        refused: [{ apiName: 'ebay', accountName: '<shop>', code: 'EBAY_1100', since: ago(5_400), triedAt: ago(-600) }],
      },
      /ebay account &lt;shop&gt; has refused us for .*1 h.* \(EBAY_1100\).* tried again by itself .*in 10 min/s,
    ],
    ['events that failed', { events: { failed: 2, waiting: 1 } }, /2 failed, 1 wait.*href="\/events"/s],
    ['events that wait', { events: { failed: 0, waiting: 3 } }, /notice wait">.*: 3 wait\./s],
    [
      'that the books differ, and where to look',
      {
        books: {
          checkedAt: ago(60),
          findings: [
            { rule: 'a', kind: 'difference', count: 2 },
            { rule: 'b', kind: 'uncheckable', count: 4 },
          ],
        },
      },
      /The books differ .* in\s+2 places: <a href="\/books">/s,
    ],
    [
      'nothing of what nobody can be asked about',
      { books: { checkedAt: ago(60), findings: [{ rule: 'b', kind: 'uncheckable', count: 4 }] } },
      '',
    ],
    [
      'that the books were not checked for days',
      { books: { checkedAt: ago(3 * 86_400), findings: [] } },
      /last checked .*3 d.* ago/s,
    ],
    ['sellers of whom eBay may not tell', { subscriptionsInTrouble: 1 }, /orders of one seller/],
  ];
  for (const [what, signs, says] of cases)
    it(`says ${what}`, () => {
      if (says === '') expect(told(signs)).to.equal('');
      else expect(told(signs)).to.match(says);
    });
});
