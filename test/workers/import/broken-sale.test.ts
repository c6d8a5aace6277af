/** Covers: workers/import/unreadable-sale.ts, workers/import/import-order.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { openSecrets } from '../../../store/connections/credentials.ts';
import { Credential } from '../../../store/entities/people.ts';
import { type Breakage, breakagesOf } from '../../support/broken-answers.ts';
import { createStage, type Seller, type Stage } from '../../support/stage.ts';
import { fromNow, hintOf, hourMs, performWith, placeOnEbay, placeOnMercadoLibre, rows } from '../workbench.ts';

type Marketplace = 'ebay' | 'mercadolibre';

/** So many of each marketplace's shapes are tried in one run: the readers themselves are tried with all of them. */
const numRuns = 40;

describe('a paid sale, however its marketplace shows it', function () {
  this.timeout(120_000);
  let stage: Stage;
  let seller: Seller;
  before(async () => {
    stage = await createStage();
    seller = await stage.hireSeller();
  });
  after(() => stage[Symbol.asyncDispose]());

  const sell = {
    ebay: () =>
      placeOnEbay(stage, seller, { lines: [{ goods: { listingId: '110055' }, totalMinor: 3_299, taxMinor: 200 }] }),
    mercadolibre: () =>
      placeOnMercadoLibre(stage, seller, {
        goods: { listingId: 'MLC110055' },
        unitPriceMinor: 34_990,
        saleFeeMinor: 4_864,
      }),
  };
  /** What the answer to an operation is like, for one sale of the marketplace. */
  const shown = async (marketplace: Marketplace, path: string): Promise<Record<string, unknown>> => {
    const { id } = seller[marketplace];
    const credential = await stage.store.read(em => em.findOneOrFail(Credential, { id }));
    const { accessToken } = openSecrets(stage.context.box, credential);
    const headers = { authorization: `Bearer ${accessToken}`, 'x-format-new': 'true' };
    return (await (await fetch(`${stage.sandboxUrl}/${marketplace}${path}`, { headers })).json()) as never;
  };
  const answers = [
    ['ebay', 'get-order', async () => shown('ebay', `/sell/fulfillment/v1/order/${await sell.ebay()}`)],
    ['mercadolibre', 'get-order', async () => shown('mercadolibre', `/orders/${await sell.mercadolibre()}`)],
    [
      'mercadolibre',
      'get-shipment',
      async () => {
        const { shipping } = await shown('mercadolibre', `/orders/${await sell.mercadolibre()}`);
        return shown('mercadolibre', `/shipments/${(shipping as { id: number }).id}`);
      },
    ],
  ] as const;

  /** Told once, and looked at as long as the event is open: now, after the second reading, after the horizon. */
  const imported = async (marketplace: Marketplace, operation: string, { patch }: Breakage) => {
    const number = await sell[marketplace]();
    const event = await hintOf(stage, seller, marketplace, number);
    await stage.control('faults', { provider: marketplace, operation, kind: 'reshape', patch, times: 10 });
    const thrown: unknown[] = [];
    for (const hours of [0, 0.25, 1.5])
      await performWith(stage, { now: fromNow(hours * hourMs) }, 'import-order', event).catch((error: unknown) =>
        thrown.push(error),
      );
    await fetch(`${stage.sandboxUrl}/_control/faults`, { method: 'DELETE' });
    stage.jobs.length = 0;
    const [{ status } = { status: '' }] = await rows<{ status: string }>(
      stage,
      'select status from inbound_events where id = ?',
      [event],
    );
    const orders = await rows<{ status: string; sale_minor: string }>(
      stage,
      'select status, sale_minor::text from orders where external_order_id = ?',
      [number],
    );
    return { status, orders, thrown };
  };

  for (const [marketplace, operation, document] of answers)
    it(`(${operation} of ${marketplace}) ends as an order or before an operator: no bug of ours, no endless retry, no other price`, async () => {
      const all = breakagesOf(await document());
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...all), async breakage => {
          const { status, orders, thrown } = await imported(marketplace, operation, breakage);
          for (const error of thrown) expect(error, breakage.what).to.have.property('kind', 'retryable');
          expect(status, breakage.what).to.be.oneOf(['APPLIED', 'FAILED']);
          if (status === 'APPLIED') expect(orders, breakage.what).not.to.deep.equal([]);
          // Without a price only for a person.
          for (const order of orders)
            if (order.sale_minor === '0') expect(order.status).to.equal('NEEDS_REVIEW');
            else if (!/Cost|payments/.test(breakage.path))
              expect(Number(order.sale_minor), breakage.what).to.equal(marketplace === 'ebay' ? 3_299 : 34_990);
        }),
        { numRuns },
      );
    });

  it('that is paid and unmapped waits as before where nothing is broken', async () => {
    const nothing = { what: 'nothing', path: '', patch: [{ op: 'add' as const, path: '/brandNew', value: [1] }] };
    for (const marketplace of ['ebay', 'mercadolibre'] as const) {
      const { status, orders, thrown } = await imported(marketplace, 'get-order', nothing);
      expect([status, orders.map(order => order.status), thrown]).to.deep.equal(['APPLIED', ['PAID'], []]);
    }
  });
});
