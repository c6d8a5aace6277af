import { setTimeout as sleep } from 'node:timers/promises';
import { type Scenario, settled } from '../../demo/scenario.ts';
import type { Stage } from '../../demo/stage.ts';
import { onceCaptured, paidMinor, sell } from './sold.ts';

/** Times after the sale: while the order is let through, bought, booked and paid out. */
const momentsMs = [0, 1_000];
const partMinor = 500;

type Way = { readonly minor: number; go(stage: Stage, captureId: string): Promise<unknown> };

/** The ways in which a buyer gets the money back, in whole or in part. */
const ways: Readonly<Record<string, Way>> = {
  'refunded-in-part': {
    minor: partMinor,
    go: (stage, captureId) => stage.sandbox('POST', '/refund', { captureId, amountMinor: `${partMinor}` }),
  },
  'refunded-in-full': {
    minor: paidMinor,
    go: (stage, captureId) => stage.sandbox('POST', '/refund', { captureId, amountMinor: `${paidMinor}` }),
  },
  'reversed-in-part': {
    minor: partMinor,
    go: (stage, captureId) => stage.sandbox('POST', '/reversal', { captureId, amountMinor: `${partMinor}` }),
  },
  'reversed-in-full': {
    minor: paidMinor,
    go: (stage, captureId) => stage.sandbox('POST', '/reversal', { captureId }),
  },
};

const wentBackAfter = (ms: number, name: string, { minor, go }: Way): Scenario => ({
  name: `${name}-after-${ms}-ms`,
  title: `the buyer has ${minor === paidMinor ? 'all' : 'a part'} of the money back ${ms} ms after the sale`,
  orders: 1,
  async play(stage) {
    const { id } = await sell(stage, await stage.hireReseller({ name, sellsOnce: true }));
    const captureId = await onceCaptured(stage, id);
    await sleep(ms);
    await go(stage, captureId);
    return [settled({ id }, { refunds: [minor], mayBeStopped: true })];
  },
});

export const atAnyMoment: readonly Scenario[] = Object.entries(ways).flatMap(([name, way]) =>
  momentsMs.map(ms => wentBackAfter(ms, name, way)),
);
