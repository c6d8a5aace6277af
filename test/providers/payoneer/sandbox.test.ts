/** Covers: providers/payoneer/client.ts. */
import { expect } from 'chai';
import { createPayoneerClient } from '../../../providers/payoneer/client.ts';
import { usd } from '../../support/money.ts';
import { until } from '../../support/until.ts';
import { unique } from '../contract/goods.ts';
import { payoneerPayment, payoneerPayout } from '../contract/payoneer-payout.ts';
import { credentials, type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { failureOf } from '../thrown-by.ts';

describe('Payoneer client against the sandbox', () => {
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld();
  });
  beforeEach(() => world.control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '10000' }));
  afterEach(() => world.clearFaults());
  after(() => world[Symbol.asyncDispose]());

  const ended = (reference: string) =>
    until(async () => {
      const found = await world.payoneer.getPayoutStatus(reference);
      return found && found.status !== 'Pending' && found;
    });

  it('takes a payout from its acceptance to the money', async () => {
    const { payoneer } = world;
    const reference = unique('leg');
    expect(await payoneer.createPayout(payoneerPayment(payoneer, reference))).to.deep.equal({ accepted: true });
    expect(await payoneer.getPayoutStatus(reference)).to.equal(undefined); // accepted, and not known yet
    const { payoutId, ...paid } = await ended(reference);
    expect(paid).to.deep.equal({ status: 'Transferred', amount: usd(2550n), currency: 'USD' });
    expect(payoutId).to.match(/^\d+$/);
    const { available, asOf } = await payoneer.getBalance();
    expect(available).to.deep.equal(usd(7450n));
    expect(Math.abs(asOf.getTime() - Date.now())).to.be.below(5000);
  });

  it('says why a payout failed', async () => {
    const { payoneer, control } = world;
    await control('balance', { provider: 'payoneer', currency: 'USD', amountMinor: '2549' });
    const reference = unique('leg');
    await payoneer.createPayout(payoneerPayment(payoneer, reference));
    expect(await ended(reference)).to.include({ status: 'Failed', reason: 'Insufficient balance (10010)' });
  });

  it('cancels what is still pending; a refusal leaves it open how the payout ended', async () => {
    const { payoneer } = world;
    const reference = await payoneerPayout(world, 30_000);
    expect((await payoneer.getPayoutStatus(reference))?.status).to.equal('Pending');
    expect(await payoneer.cancelPayout(reference)).to.deep.equal({ accepted: true });
    expect((await payoneer.getPayoutStatus(reference))?.status).to.equal('Cancelled');
    expect(await failureOf(() => payoneer.cancelPayout(reference))).to.equal('uncertain PAYONEER_BAD_REQUEST');
  });

  it('cannot cancel what Payoneer does not know yet', async () => {
    const work = () => world.payoneer.cancelPayout('leg-nobody');
    expect(await failureOf(work)).to.equal('retryable PAYONEER_2306');
  });

  it('fetches a new token once when it is refused, and then gives up', async () => {
    const refuse = (times: number) =>
      world.control('faults', { provider: 'payoneer', operation: 'balance', kind: 'status', status: 401, times });
    await refuse(1);
    expect((await world.payoneer.getBalance()).available).to.deep.equal(usd(10_000n));
    await refuse(2);
    expect(await failureOf(() => world.payoneer.getBalance())).to.match(/^terminal /);
  });

  for (const [what, wrong, code] of [
    ['the credentials are wrong', { clientSecret: 'wr0ng-secret' }, 'PAYONEER_INVALID_CLIENT'],
    ['the program is another', { programId: '999' }, 'PAYONEER_FORBIDDEN'],
  ] as const) {
    it(`says so when ${what}`, async () => {
      const urls = { baseUrl: `${world.baseUrl}/payoneer`, loginUrl: `${world.baseUrl}/payoneer/login` };
      const stranger = createPayoneerClient({ ...urls, ...credentials.payoneer, ...wrong });
      expect(await failureOf(() => stranger.createPayout(payoneerPayment(stranger)))).to.equal(`terminal ${code}`);
    });
  }
});
