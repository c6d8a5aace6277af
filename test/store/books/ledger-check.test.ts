import { expect } from 'chai';
import { checkedRules, checkLedger, type Difference } from '../../../store/books/ledger-check.ts';
import type { EntityManager } from '../../../store/database/entity-manager.ts';
import { openStore, type Store } from '../../../store/database/open.ts';
import { createStage, type Stage } from '../../support/stage.ts';
import { checkProviders } from '../../workers/books/check-providers.ts';
import { soldAndPaidOut } from '../../workers/payout/paying-out.ts';
import { breakages } from './breakages.ts';

describe('ledger:check', () => {
  let stage: Stage;
  let id: string;
  /** Who may do what is found. */
  let owner: Store;
  before(async () => {
    stage = await createStage();
    owner = await openStore(stage.administratorUrl, 2);
    id = await soldAndPaidOut(stage);
  });
  after(async () => {
    await owner?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  /** What is found once that was done, which nothing is left of. */
  async function foundAfter(sql: string, check: (em: EntityManager) => Promise<Difference[]>): Promise<Difference[]> {
    const over = new Error('taken back');
    let found: Difference[] = [];
    await owner
      .transaction(async em => {
        await em.execute(sql);
        found = await check(em);
        throw over;
      })
      .catch(error => {
        if (error !== over) throw error;
      });
    return found;
  }

  it('finds nothing after an order that went well, here and at the providers', async () => {
    expect(await stage.store.read(em => checkLedger(em))).to.deep.equal([]);
    expect(await checkProviders(stage.context)).to.deep.equal([]);
  });

  for (const [rule, sql] of breakages)
    it(`names what breaks "${rule}": ${sql.replace(/\s+/g, ' ').slice(0, 60)}`, async () => {
      const found = await foundAfter(sql, checkLedger);
      expect(found.map(difference => difference.rule)).to.include(rule);
    });

  it('has each of its rules broken once', () => {
    expect([...new Set(breakages.map(([rule]) => rule))]).to.have.members(checkedRules);
  });

  /** Our rows are put wrong, and then right again: the providers are asked outside of any transaction. */
  const otherwise: readonly [rule: string, wrong: string, right: string, detail: RegExp][] = [
    [
      'PayPal has captured what we booked',
      'update payments set amount_minor = amount_minor + 1',
      'update payments set amount_minor = amount_minor - 1',
      /we have 30\.00 USD, they have 29\.99 USD/,
    ],
    [
      'PayPal has given back what we booked',
      `insert into refunds (id, payment_id, order_id, reference, kind, status, amount_minor, currency)
       select gen_random_uuid(), id, order_id, 'R1', 'refund', 'COMPLETED', 500, 'USD' from payments`,
      'delete from refunds',
      /we have 5\.00 USD, they have 0\.00 USD/,
    ],
    [
      'the supplier has charged what we booked',
      'update supplier_orders set cost_minor = cost_minor + 1',
      'update supplier_orders set cost_minor = cost_minor - 1',
      /we have 14\.50 USD, they have 14\.49 USD/,
    ],
    [
      'the payout arrived as we booked it',
      `update payout_legs set amount_minor = amount_minor + 1 where beneficiary = 'admin'`,
      `update payout_legs set amount_minor = amount_minor - 1 where beneficiary = 'admin'`,
      /we have 1\.41 USD, they have 1\.40 USD/,
    ],
    [
      'the payout cost the fee that we booked',
      `update payout_legs set fee_minor = 0 where beneficiary = 'admin'`,
      `update payout_legs set fee_minor = 25 where beneficiary = 'admin'`,
      /we have 0\.00 USD, they have 0\.25 USD/,
    ],
    ...(['FAILED', 'RETURNED', 'REVERSED', 'CANCELLED', 'NEEDS_REVIEW'] as const).map(
      status =>
        [
          'no money is out for a payout that we do not believe paid',
          `alter table payout_legs disable trigger user; update payout_legs set status = '${status}' where beneficiary = 'admin'`,
          `update payout_legs set status = 'PAID'; alter table payout_legs enable trigger user`,
          /we have 0\.00 USD, they have 1\.40 USD/,
        ] as [string, string, string, RegExp],
    ),
  ];
  for (const [rule, wrong, right, detail] of otherwise)
    it(`names what a provider has otherwise, "${rule}": ${wrong.replace(/\s+/g, ' ').slice(-60)}`, async () => {
      await stage.asOwner(wrong);
      const found = await checkProviders(stage.context);
      await stage.asOwner(right);
      expect(found).to.have.length(1);
      expect(found[0]).to.include({ subject: id, rule });
      expect(found[0]?.detail).to.match(detail);
    });

  it('names a refund at PayPal that we know nothing of', async () => {
    const [captured] = await stage.effects('capture');
    await stage.control('refund', { captureId: captured?.reference, amountMinor: '500' });
    const found = await checkProviders(stage.context);
    expect(found).to.deep.equal([
      {
        rule: 'PayPal has given back what we booked',
        subject: id,
        detail: 'we have 0.00 USD, they have 5.00 USD',
      },
    ]);
  });
});
