import { expect } from 'chai';
import type { LegId } from '../../domain/ids.ts';
import { claimLeg, findLeg, requestCancel } from '../../store/legs.ts';
import type { Providers } from '../../workers/context.ts';
import { createStage, type Seller, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { readyEffects } from './ready-effects.ts';
import { type Changes, performWith, rows } from './workbench.ts';

describe('where a payout stands', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    await stage.control('settings', { payoutSettleMs: 0 });
  });
  beforeEach(async () => {
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const newLeg = () => readyEffects(stage, seller).legOf(seller);
  const pay = (id: string, changes: Changes = {}) => performWith(stage, changes, 'payout', id);
  const look = (id: string) => stage.store.read(em => findLeg(em, id as LegId));
  const paidFor = async (id: string) =>
    (await stage.effects('payout')).filter(({ key }) => key.startsWith(`leg-${id}`)).length;
  const becomes = (id: string, status: string) =>
    until(async () => {
      await pay(id);
      return (await look(id))?.status === status;
    });
  /** It is sent, and nobody has asked yet how it ended. */
  const sent = async (): Promise<string> => {
    const id = await newLeg();
    const died = new Error('died');
    const failpoint: Changes['failpoint'] = name => {
      if (name === 'effect-closed') throw died;
    };
    expect(await pay(id, { failpoint }).catch((error: unknown) => error)).to.equal(died);
    return id;
  };

  it('is not taken for paid when another amount was paid than its leg says', async () => {
    const id = await sent();
    await rows(stage, 'update payout_legs set amount_minor = amount_minor + 1 where id = ?', [id]);
    const stops = async () => (await pay(id).catch((error: Error) => error.message)).includes('paid what leg');
    await until(stops, { describe: 'a payout that is settled' });
    expect((await look(id))?.status).to.equal('SENT');
  });

  it('is failed when its whole batch was denied, whatever its item says', async () => {
    const id = await sent();
    const { paypal } = stage.context.providers;
    const denied: Providers['paypal'] = {
      ...paypal,
      getPayoutBatch: async (batchId, options) => {
        const batch = await paypal.getPayoutBatch(batchId, options);
        return { ...batch, status: 'DENIED', items: batch.items.map(item => ({ ...item, status: 'PENDING' })) };
      },
    };
    expect(await pay(id, { providers: { paypal: denied } })).to.equal('FAILED: PAYPAL_BATCH_DENIED');
  });

  it('is returned when nobody has claimed it and it is taken back', async () => {
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'UNCLAIMED' });
    const id = await newLeg();
    await becomes(id, 'UNCLAIMED');
    await stage.store.transaction(async em => {
      const leg = await claimLeg(em, id as LegId, ['UNCLAIMED']);
      if (leg) await requestCancel(em, leg);
    });
    await becomes(id, 'RETURNED');
    expect(await paidFor(id)).to.equal(1);
  });

  it('is paid and nothing is sent when it was paid where we cannot see', async () => {
    const id = await newLeg();
    for (const status of ['NEEDS_REVIEW', 'PAID'])
      await rows(stage, 'update payout_legs set status = ? where id = ?', [status, id]);
    expect(await pay(id)).to.equal('still paid, by other means');
    expect(await paidFor(id)).to.equal(0);
  });
});
