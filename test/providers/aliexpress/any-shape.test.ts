/** Covers: providers/aliexpress/schema.ts, providers/aliexpress/order.ts, providers/aliexpress/product.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type Failure, isFailure } from '../../../domain/call-outcome.ts';
import { formatMoney, type Money } from '../../../domain/money.ts';
import {
  type AliExpressClient,
  createAliExpressClient,
  type PlacedOrder,
} from '../../../providers/aliexpress/client.ts';
import type { SupplierOrder } from '../../../providers/aliexpress/order.ts';
import type { FreightOffer, Parcel, Product } from '../../../providers/aliexpress/product.ts';
import { readVerbatim, toJson } from '../../../sandbox/json.ts';
import { account, orderOf, product, skuId, toBuyer } from '../contract/goods.ts';
import { shippedOrder } from '../contract/parcels.ts';
import type { Exchange } from '../recorded-http.ts';
import { type SandboxWorld, startSandboxWorld } from '../sandbox-world.ts';
import { startStub } from '../stub-server.ts';

/** What a field may be instead: none of these is a readable amount, number, id, status or code. */
const instead = [null, '', {}, [], 'teleported', -1, true, [null], { of: 'another type' }] as const;
const deeds = ['is gone', 'is renamed', 'has something new in it'] as const;
type Change = { path: readonly string[]; to: (typeof instead)[number] | (typeof deeds)[number] };
const changes: readonly Change['to'][] = [...instead, ...deeds];

const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };
/** A number that keeps its digits is an object of its own, and none of the answer's. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !isRawJSON(value);

/** Everything in an answer, from the outside in. */
const pathsIn = (value: unknown, at: readonly string[] = []): (readonly string[])[] => [
  at,
  ...(isObject(value) ? Object.entries(value).flatMap(([key, child]) => pathsIn(child, [...at, key])) : []),
];

function changed(answer: unknown, { path, to }: Change): unknown {
  const [key, ...rest] = path;
  const news = { unknown: [{ of: 'tomorrow' }], more: 1 };
  if (key === undefined) {
    if (to === 'has something new in it')
      return isObject(answer) && !Array.isArray(answer) ? { ...answer, ...news } : answer;
    return deeds.some(deed => deed === to) ? {} : to;
  }
  if (!isObject(answer) || !(key in answer)) return answer;
  const { [key]: inside, ...others } = answer;
  const put = (children: Record<string, unknown>) => (Array.isArray(answer) ? Object.values(children) : children);
  // An element that is left out of a list leaves no trace.
  if (Array.isArray(answer) && (to === 'is gone' || to === 'is renamed') && rest.length === 0) return answer;
  if (rest.length > 0 || to === 'has something new in it')
    return put({ ...answer, [key]: changed(inside, { path: rest, to }) });
  if (to === 'is gone') return put(others);
  if (to === 'is renamed') return put({ ...others, [`${key}_v2`]: inside });
  return put({ ...answer, [key]: to });
}

describe('any answer of AliExpress’s in which something is gone, null, new, renamed or of another type', () => {
  const exchanges: Exchange[] = [];
  let world: SandboxWorld;
  before(async () => {
    world = await startSandboxWorld(exchanges);
  });
  after(() => world[Symbol.asyncDispose]());

  /** What the sandbox answers, and a client that gets it changed. */
  const answering = async (call: (by: AliExpressClient) => Promise<unknown>) => {
    await call(world.aliexpress).catch((error: unknown) => expect(isFailure(error)).to.equal(true));
    const said = readVerbatim(exchanges.at(-1)?.responseBody ?? '');
    let body = '';
    const stub = await startStub(() => ({ body }));
    const at = Date.now();
    const client = createAliExpressClient({ baseUrl: stub.url, appKey: '1', appSecret: 's', now: () => at });
    const read = async (...made: Change[]): Promise<unknown> => {
      body = toJson(made.reduce(changed, said));
      return call(client);
    };
    return { said, read, [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose]() };
  };

  type Reader = {
    name: string;
    prepare: (to: SandboxWorld) => Promise<(by: AliExpressClient) => Promise<unknown>>;
    /** What is so of all that is read from an answer with one change. */
    holds: (read: never) => void;
    /** What is so of every failure. */
    fails?: (failure: Failure) => void;
  };
  const amounts =
    (...allowed: string[]) =>
    (amount: Money | undefined) =>
      expect(amount === undefined ? 'none' : formatMoney(amount)).to.be.oneOf(allowed);

  const readers: readonly Reader[] = [
    {
      name: 'product',
      async prepare(to) {
        const token = await account(to, 'aliexpress');
        const sku = { skuId, skuAttr: '14:193#Red', priceMinor: '1050', importChargesMinor: '250', stock: 3 };
        const other = { skuId: '12000000000000002', skuAttr: '14:29#Blue', priceMinor: '900', stock: 3 };
        const productId = await product(to, { skus: [sku, other] });
        return by => by.getProduct(token, { productId, skuId, shipToCountry: 'US' });
      },
      holds({ onSale, sku }: Product) {
        expect(onSale, 'not gone').to.equal(true);
        expect(sku?.skuAttr).to.be.oneOf(['14:193#Red', '14:193', 'teleported']);
        expect(sku?.stock).to.equal(3);
        amounts('10.50 USD')(sku?.price);
        amounts('2.50 USD', 'none')(sku?.importCharges);
      },
      fails: ({ kind }) => expect(kind).to.equal('retryable'),
    },
    {
      name: 'freight',
      async prepare(to) {
        const token = await account(to, 'aliexpress');
        const query = { productId: await product(to), skuId, quantity: 1, to: toBuyer };
        return by => by.queryFreight(token, query);
      },
      holds(offers: FreightOffer[]) {
        expect(offers, 'it can be sent').not.to.have.length(0);
        // What is only formatted is free once it says so.
        for (const { code, fee } of offers)
          amounts(...(code === 'SELLER_SHIP' ? ['0.00 USD'] : ['1.99 USD', '16.99 USD']))(fee);
      },
      fails: ({ kind }) => expect(kind).to.equal('retryable'),
    },
    {
      name: 'order that was placed',
      async prepare(to) {
        const token = await account(to, 'aliexpress');
        const frozen = orderOf(await product(to, { ordersPerCreate: 2 }));
        const { orderNumbers } = await to.aliexpress.createOrder(token, frozen);
        placed = orderNumbers;
        return by => by.createOrder(token, frozen);
      },
      holds: ({ orderNumbers }: PlacedOrder) => void expect(orderNumbers).to.deep.equal(placed),
      fails: ({ kind }) => expect(kind, 'never a certain no').to.equal('uncertain'),
    },
    {
      name: 'order that was not placed',
      async prepare(to) {
        const token = await account(to, 'aliexpress');
        const frozen = orderOf(await product(to, { refusal: 'PRODUCT_NOT_EXIST' }));
        return by => by.createOrder(token, frozen);
      },
      holds: () => expect.fail('nothing was placed'),
      fails: ({ kind }) => expect(kind).to.be.oneOf(['terminal', 'uncertain']),
    },
    {
      name: 'order that is paid',
      async prepare(to) {
        const token = await account(to, 'aliexpress');
        const { orderNumbers } = await to.aliexpress.createOrder(token, orderOf(await product(to)));
        return by => by.getOrder(token, orderNumbers[0] ?? '');
      },
      holds({ status, charged }: SupplierOrder) {
        expect(status).to.be.oneOf(['PAID', 'UNCLEAR']);
        amounts('22.99 USD', 'none')(charged);
      },
      fails: ({ kind }) => expect(kind).to.equal('retryable'),
    },
    {
      name: 'order that was cancelled',
      async prepare(to) {
        const token = await account(to, 'aliexpress');
        const { orderNumbers } = await to.aliexpress.createOrder(
          token,
          orderOf(await product(to, { ordersPerCreate: 2 })),
        );
        const [number = ''] = orderNumbers;
        await to.control('supplier', { number, endReason: 'CANCELED' });
        return by => by.getOrder(token, number);
      },
      holds({ status, charged }: SupplierOrder) {
        // A line whose reason is not told any more stands, and so does an order whose lines are not.
        expect(status).to.be.oneOf(['CANCELLING', 'UNCLEAR', 'PAID']);
        amounts('12.49 USD', '10.50 USD', '11.50 USD', 'none')(charged);
      },
    },
    {
      name: 'parcel',
      async prepare(to) {
        const { token, number } = await shippedOrder(to, ['LP1']);
        return by => by.getTracking(token, number);
      },
      holds(parcels: Parcel[]) {
        for (const { trackingNumber, items } of parcels) {
          expect(trackingNumber).to.be.oneOf(['LP1', '', 'teleported']);
          for (const { quantity } of items) expect(quantity).to.equal(2);
        }
      },
      fails: ({ kind }) => expect(kind).to.equal('retryable'),
    },
    {
      name: 'token',
      async prepare(to) {
        const { refreshToken } = await account(to, 'aliexpress');
        return by => by.refreshToken(refreshToken);
      },
      holds: ({ accessToken, accessExpiresAt }: { accessToken: string; accessExpiresAt: Date }) => {
        expect(accessToken).to.match(/./);
        expect(accessExpiresAt.getTime()).to.be.greaterThan(Date.now() - 60_000);
      },
    },
  ];
  let placed: readonly string[] = [];

  for (const { name, prepare, holds, fails = () => undefined } of readers) {
    const judged = async (read: () => Promise<unknown>, held: (value: never) => void): Promise<void> => {
      let value: unknown;
      try {
        value = await read();
      } catch (error) {
        if (!isFailure(error)) throw error;
        fails(error);
        return;
      }
      held(value as never);
    };

    it(`${name}: each change alone is read rightly, or is a failure of a known kind`, async () => {
      await using answer = await answering(await prepare(world));
      const wrong: string[] = [];
      for (const path of pathsIn(answer.said))
        for (const to of changes)
          await judged(() => answer.read({ path, to }), holds).catch((error: Error) =>
            wrong.push(`${path.join('.')} → ${JSON.stringify(to)}: ${error.message.split('\n')[0]}`),
          );
      expect(wrong).to.deep.equal([]);
    });

    it(`${name}: what is new in it hides nothing of what was there`, async () => {
      await using answer = await answering(await prepare(world));
      const untouched = await answer.read().catch((error: Failure) => error.code);
      for (const path of pathsIn(answer.said)) {
        const read = () => answer.read({ path, to: 'has something new in it' });
        await judged(read, value => expect(value, path.join('.')).to.deep.equal(untouched));
      }
    });

    it(`${name}: many changes together never crash it`, async () => {
      await using answer = await answering(await prepare(world));
      const change = fc.record({
        path: fc.constantFrom(...pathsIn(answer.said)),
        to: fc.constantFrom(...changes),
      });
      const several = fc.array(change, { minLength: 2, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(several, made =>
          judged(
            () => answer.read(...made),
            () => undefined,
          ),
        ),
        { numRuns: 150 },
      );
    });
  }
});
