/** Covers: workers/payout/read-status.ts, workers/payout/apply-status.ts. */
import { expect } from 'chai';
import type { LegId } from '../../../domain/ids.ts';
import { claimLeg, findLeg, requestCancel } from '../../../store/payouts/legs.ts';
import type { Providers } from '../../../workers/context/context.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { readyEffects } from '../ready-effects.ts';
import { type Changes, fromNow, hourMs, performWith, rows } from '../workbench.ts';
import { openPayouts } from './paying-out.ts';

describe('where a payout stands', () => {
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await openPayouts();
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
    await becomes(id, 'NEEDS_REVIEW');
    expect((await look(id))?.reason).to.equal('PAYOUT_OF_ANOTHER_AMOUNT');
  });

  const reshape = (patch: object[], times = 1) =>
    stage.control('faults', { provider: 'paypal', operation: 'get-payout', kind: 'reshape', patch, times });
  const lift = () => fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
  const feeOf = async (id: string) => (await look(id))?.feeMinor;
  const settled = (id: string) =>
    until(async () => {
      const batch = await stage.context.providers.paypal.getPayoutBatch((await look(id))?.providerBatchId ?? '');
      return batch.items[0]?.status === 'SUCCESS';
    });

  for (const [what, patch, fee] of [
    ['its item says no fee, and its batch does', [{ op: 'remove', path: '/items/0/payout_item_fee' }], 25n],
    [
      'neither says a fee: what was held back for it is taken for it',
      [
        { op: 'remove', path: '/items/0/payout_item_fee' },
        { op: 'replace', path: '/batch_header/fees', value: null },
      ],
      25n,
    ],
    ['its fee is finer than a cent', [{ op: 'replace', path: '/items/0/payout_item_fee/value', value: '0.245' }], 25n],
    [
      'its fee is in another currency than it',
      [{ op: 'replace', path: '/items/0/payout_item_fee/currency', value: 'EUR' }],
      25n,
    ],
    [
      'the batch says nothing of itself but its id',
      [
        { op: 'remove', path: '/batch_header/batch_status' },
        { op: 'remove', path: '/batch_header/sender_batch_header' },
        { op: 'replace', path: '/items/0/payout_item', value: null },
        { op: 'add', path: '/items/0/errors', value: 'none' },
      ],
      25n,
    ],
  ] as const)
    it(`is paid also when ${what}`, async () => {
      const id = await sent();
      await settled(id);
      await reshape([...patch]);
      expect(await pay(id)).to.match(/^PAID/);
      expect(await feeOf(id)).to.equal(fee);
    });

  for (const [what, patch] of [
    ['no items', [{ op: 'remove', path: '/items' }]],
    ['items that are null', [{ op: 'replace', path: '/items', value: null }]],
    ['an empty list of items', [{ op: 'replace', path: '/items', value: [] }]],
  ] as const)
    it(`is looked at again while its batch shows ${what}, and is a person’s after a day`, async () => {
      const id = await sent();
      await settled(id);
      await reshape([...patch], 9);
      expect(await pay(id)).to.equal('PayPal says SUCCESS, without an item');
      expect(await pay(id, { now: fromNow(23 * hourMs) })).to.equal('PayPal says SUCCESS, without an item');
      expect(await pay(id, { now: fromNow(24 * hourMs) })).to.match(/^NEEDS_REVIEW/);
      await lift();
      expect(await paidFor(id)).to.equal(1);
    });

  it('is a person’s when its batch shows several items, or one that cannot be read', async () => {
    const several = await sent();
    await settled(several);
    await reshape([{ op: 'copy', from: '/items/0', path: '/items/1' }]);
    expect(await pay(several)).to.match(/^NEEDS_REVIEW: PAYPAL_BATCH_OF_SEVERAL/);

    const unreadable = await sent();
    await settled(unreadable);
    await reshape([{ op: 'add', path: '/items/1', value: 7 }], 2);
    expect(await pay(unreadable).catch((error: Error) => error.message)).to.include('PAYPAL_MALFORMED_ANSWER');
    expect((await look(unreadable))?.status).to.equal('SENT');
    expect(await pay(unreadable, { now: fromNow(hourMs) })).to.match(/^NEEDS_REVIEW/);
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
