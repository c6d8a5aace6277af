import { expect } from 'chai';
import { checkLedger } from '../../store/ledger-check.ts';
import { legsOfOrder } from '../../store/legs.ts';
import { checkProviders } from '../../workers/provider-check.ts';
import { createStage, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

describe('ledger:check', () => {
  let stage: Stage;
  let id: string;
  before(async () => {
    stage = await createStage();
    const order = await stage.paidOrder(await stage.stockUp(await stage.hireSeller()));
    id = order.id;
    await stage.drain();
    await until(async () => {
      await stage.sweepAndDrain();
      const legs = await stage.store.read(em => legsOfOrder(em, order.id));
      return legs.length === 2 && legs.every(({ status }) => status === 'PAID');
    });
  });
  after(() => stage[Symbol.asyncDispose]());

  const differences = () => stage.store.read(em => checkLedger(em));
  const put = (sql: string) => stage.store.read(em => em.execute(sql));

  it('finds nothing after an order that went well, here and at the providers', async () => {
    expect(await differences()).to.deep.equal([]);
    expect(await checkProviders(stage.context, () => undefined)).to.deep.equal([]);
  });

  for (const [what, wrong, right, rule] of [
    [
      'a payment',
      'update payments set amount_minor = amount_minor + 1',
      'update payments set amount_minor = amount_minor - 1',
      /payment/,
    ],
    [
      'a supplier order',
      'update supplier_orders set cost_minor = cost_minor + 1',
      'update supplier_orders set cost_minor = cost_minor - 1',
      /purchase/,
    ],
    [
      'a commission',
      'update commissions set amount_minor = amount_minor + 1',
      'update commissions set amount_minor = amount_minor - 1',
      /sale/,
    ],
    [
      'a leg',
      'update payout_legs set amount_minor = amount_minor + 1',
      'update payout_legs set amount_minor = amount_minor - 1',
      /leg/,
    ],
  ] as const)
    it(`names ${what} whose amount is not what was booked`, async () => {
      await put(wrong);
      const found = await differences();
      expect(found.map(difference => difference.rule).join()).to.match(rule);
      await put(right);
      expect(await differences()).to.deep.equal([]);
    });

  it('names what a provider has otherwise', async () => {
    await put('update payments set amount_minor = amount_minor + 1');
    const found = await checkProviders(stage.context, () => undefined);
    expect(found).to.have.length(1);
    expect(found[0]).to.include({ subject: id, rule: 'PayPal has captured what we booked' });
    await put('update payments set amount_minor = amount_minor - 1');
  });
});
