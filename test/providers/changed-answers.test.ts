/** Covers: providers/wire/fields.ts, providers/fx/client.ts, providers/paypal/order.ts. */
import { expect } from 'chai';
import fc from 'fast-check';
import { isFailure } from '../../domain/call-outcome.ts';
import { money } from '../../domain/money.ts';
import { createRateSource } from '../../providers/fx/client.ts';
import { refundBody } from '../../providers/paypal/order.ts';
import { anyChangeOf, type Change, changed } from './changed-answer.ts';
import { everyContract } from './contract/every.ts';
import { approvedOrder, unique } from './contract/goods.ts';
import type { Exchange } from './recorded-http.ts';
import { type Clients, createClients, type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';
import { type StubServer, startStub } from './stub-server.ts';

/** Whose readers are held to this. */
const providers: readonly string[] = ['paypal', 'payoneer'];

type Call = (clients: Clients) => Promise<unknown>;

const walk = (value: unknown, found: string[] = []): string[] => {
  if (typeof value !== 'object' || value === null) return found;
  const { amountMinor, currency } = value as { amountMinor?: unknown; currency?: unknown };
  if (typeof amountMinor === 'bigint') found.push(`${amountMinor} ${currency}`);
  for (const part of Object.values(value)) walk(part, found);
  return found;
};

/** Lists that are summed, counted or searched: one that is shorter than the truth is a wrong answer. */
const countedLists = ['captures', 'refunds', 'items'] as const;
const lengthsOf = (value: unknown) =>
  countedLists.map(name => {
    const list = (value as Record<string, unknown> | undefined)?.[name];
    return Array.isArray(list) ? list.length : 0;
  });

describe('an answer that differs from the one we know', () => {
  let world: SandboxWorld;
  let stub: StubServer;
  let status = 200;
  let body: unknown;
  const exchanges: Exchange[] = [];
  before(async () => {
    world = await startSandboxWorld(exchanges);
    stub = await startStub(({ url }) =>
      url.includes('oauth2/token') ? { body: { access_token: 't', expires_in: 3600 } } : { status, body },
    );
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await stub[Symbol.asyncDispose]();
  });

  /** Whatever is changed in it: read as it was, or a failure of ours; no other money, and no list cut short. */
  async function holds(call: Call, document: unknown, readAs: unknown): Promise<void> {
    const clients = createClients(stub.url);
    const known = new Set(walk(readAs));
    await fc.assert(
      fc.asyncProperty(anyChangeOf(document), async change => {
        body = changed(document, change);
        const value = await call(clients).catch((error: unknown) => {
          if (isFailure(error)) return undefined;
          throw error;
        });
        if (value === undefined) return;
        for (const amount of walk(value)) expect(known.has(amount), `${amount} was never sent`).to.equal(true);
        if (change.how === 'retype' && isInList(change))
          for (const [index, length] of lengthsOf(value).entries())
            expect(length).to.be.at.least(lengthsOf(readAs)[index] ?? 0);
      }),
      { numRuns: 300 },
    );
  }
  const isInList = ({ at }: Change): boolean => at.some(key => typeof key === 'number');

  for (const { provider, method, contract, ask } of everyContract) {
    if (!providers.includes(provider) || contract.answersNothing) continue;
    it(`${provider}.${method}: is read, or is a failure that says so`, async () => {
      const given = await contract.prepare(world);
      const readAs = await ask(world, given);
      const answer = exchanges.findLast(({ url }) => !url.includes('oauth2/token') && !url.includes('_control'));
      status = answer?.status ?? 200;
      await holds(clients => ask(clients, given), JSON.parse(answer?.responseBody ?? ''), readAs);
    });
  }

  it('an order that was captured and refunded twice: neither is read for one', async () => {
    const orderId = await approvedOrder(world);
    const [taken] = (await world.paypal.captureOrder(orderId, unique('capture'))).captures;
    for (const minor of [2_000n, 1_500n]) {
      const refund = refundBody({ amount: money(minor, 'USD'), customId: unique('refund') });
      await world.paypal.refundCapture(taken?.id ?? '', unique('refund'), refund);
    }
    const readAs = await world.paypal.getOrder(orderId);
    status = 200;
    await holds(({ paypal }) => paypal.getOrder(orderId), JSON.parse(exchanges.at(-1)?.responseBody ?? ''), readAs);
  });

  it('fx.latest: is read, or is a failure that says so; a rate that cannot be read leaves out itself', async () => {
    const document = { base: 'USD', date: '2026-01-05', rates: { EUR: 0.91, CLP: '945.5', KWD: 0.3057 } };
    const source = createRateSource({ url: `${stub.url}/latest` });
    status = 200;
    await fc.assert(
      fc.asyncProperty(anyChangeOf(document), async change => {
        body = changed(document, change);
        const rates = await source.latest('USD').catch((error: unknown) => {
          if (isFailure(error)) return undefined;
          throw error;
        });
        for (const { quote, rate } of rates?.quotes ?? [])
          expect({ EUR: '0.91', CLP: '945.5', KWD: '0.3057' }[quote as 'EUR']).to.equal(rate);
        if (change.at[0] === 'rates' && change.at.length === 2 && change.how !== 'add')
          expect(rates?.quotes).to.have.length(2);
      }),
      { numRuns: 300 },
    );
  });
});
