import { expect } from 'chai';
import { askChange, cancelChange, restingChange } from '../../../store/accounts/receivers.ts';
import type { PayoutLeg } from '../../../store/entities/money.ts';
import type { Seller, Stage } from '../../support/stage.ts';
import { readyEffects } from '../ready-effects.ts';
import { hourMs, notesOf, rows } from '../workbench.ts';
import { legBecomesInTheEnd, legNow, openPayouts } from './paying-out.ts';

describe('where a payout goes', () => {
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
  const look = (id: string) => legNow(stage, id);
  const becomes = (id: string, status: PayoutLeg['status']) => legBecomesInTheEnd(stage, id, status);
  const correct = (receiver: string, restMs = 48 * hourMs) =>
    stage.store.transaction(em =>
      askChange(em, seller.id, {
        from: { provider: 'paypal', receiver: seller.email },
        to: { provider: 'paypal', receiver },
        restMs,
      }),
    );
  /** Two days pass for the change alone. */
  const rests = () =>
    rows(stage, `update receiver_changes set holds_from = clock_now() where user_id = ?`, [seller.id]);
  const receivers = async (id: string) =>
    (await stage.effects('payout'))
      .filter(({ key }) => key.startsWith(`leg-${id}`))
      .map(({ detail }) => detail.receiver);
  const corrected = () => `right-${seller.id}@example.com`;
  /** Sent to an address with a typo in it, and returned. */
  const returned = async () => {
    await stage.control('payout-outcome', { receiver: seller.email, itemStatus: 'RETURNED' });
    const id = await newLeg();
    await becomes(id, 'RETURNED');
    await rows(stage, `update payout_legs set status = 'PENDING', reason = null where id = ?`, [id]);
    return id;
  };

  it('is the corrected address, and says so, when it came back from another', async () => {
    const id = await returned();
    await correct(corrected());
    await rests();
    await becomes(id, 'PAID');
    expect(await receivers(id)).to.deep.equal([seller.email, corrected()]);
    expect(await notesOf(stage, (await look(id)).orderId)).to.include(
      `payout to reseller goes to ${corrected()} by paypal now, not to ${seller.email} by paypal`,
    );
  });

  it('is waited for while the correction rests, and not where the payout came back from', async () => {
    const id = await returned();
    await correct(corrected());
    expect(await stage.perform('payout', id)).to.match(/^came back from .*: waits until/);
    const change = await stage.store.read(em => restingChange(em, seller.id));
    expect((await look(id)).nextCheckAt).to.deep.equal(change?.holdsFrom);
    expect(await receivers(id)).to.deep.equal([seller.email]);
    await stage.store.transaction(em => cancelChange(em, seller.id));
    await becomes(id, 'PAID');
    expect(await receivers(id)).to.deep.equal([seller.email, seller.email]);
  });

  it('is the old address for what leaves first while a change rests', async () => {
    const id = await newLeg();
    await correct(corrected());
    await becomes(id, 'PAID');
    expect(await receivers(id)).to.deep.equal([seller.email]);
  });

  it('is by another provider as well, once that has rested', async () => {
    const id = await newLeg();
    await stage.store.transaction(em =>
      askChange(em, seller.id, {
        from: { provider: 'paypal', receiver: seller.email },
        to: { provider: 'payoneer', receiver: `payee-${seller.id}` },
        restMs: 0,
      }),
    );
    await becomes(id, 'PAID');
    expect(await look(id)).to.include({ route: 'payoneer', receiver: `payee-${seller.id}` });
  });
});
