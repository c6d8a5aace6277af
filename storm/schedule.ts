import { dayMs } from '../domain/durations.ts';
import { type QueueName, queueNames } from '../queues/catalogue.ts';
import { createDice, type Dice } from './dice.ts';
import { drawFault, type Fault } from './faults.ts';
import { drawShape, type Shape } from './shapes.ts';

export const backends = ['postgres', 'redis', 'cluster', 'sentinel'] as const;
export type Backend = (typeof backends)[number];
export type Program = 'api' | 'workers' | 'workers-2' | 'dashboard';
export type WrongClock = 'workers-2' | 'postgres';
export type Target = Program | 'postgres' | 'redis';

export const strikeKinds: readonly string[] = [
  'kill',
  'freeze',
  'flush',
  'clock',
  'fault',
  'shape',
  'retry',
  'weather',
  'outage',
  'restore',
  'accounts',
];

/** Whether a strike is among those named: `kill` names every kill, `kill:api` those of the api. */
export const isAmong = (strike: Strike, names: readonly string[]): boolean =>
  names.includes(strike.kind) ||
  ('target' in strike && names.includes(`${strike.kind}:${strike.target}`)) ||
  ('whose' in strike && names.includes(`${strike.kind}:${strike.whose}`));

/** One blow against the system. */
export type Blow =
  /** kill -9; the process is started again. */
  | { readonly kind: 'kill'; readonly target: Target }
  /** SIGSTOP for longer than a job's lock, then SIGCONT: it wakes up and believes that no time has passed. */
  | { readonly kind: 'freeze'; readonly target: 'workers' | 'workers-2'; readonly forMs: number }
  /** A clock jumps, and is put right after a while: a machine's by more than a day, the database's by over a minute. */
  | { readonly kind: 'clock'; readonly whose: WrongClock; readonly aheadMs: number; readonly forMs: number }
  /** All jobs are gone: FLUSHALL, or BullMQ's tables emptied. */
  | { readonly kind: 'flush' }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** A provider's answers have another shape than usual. */
  | { readonly kind: 'shape'; readonly shape: Shape }
  /** An operator retries a job; `which`, from 0 to 1, chooses among those there are. */
  | {
      readonly kind: 'retry';
      readonly queue: QueueName;
      readonly state: 'completed' | 'failed';
      readonly which: number;
    }
  /** Sets how webhooks travel from now on, and how long a payout takes. */
  | { readonly kind: 'weather'; readonly settings: Weather };

export type Weather = {
  readonly webhookDelayMs: number;
  readonly webhookDuplicates: number;
  readonly webhookShuffle: boolean;
  readonly payoutSettleMs: number;
};

/** `atMs` after the start. */
export type Strike = { readonly atMs: number } & Blow;

const msPerOrder = 600;
const shortestMs = 25_000;
/** Nothing happens before the first orders are on their way. */
const calmBefore = 0.04;

/** How long the storm lasts. */
export const spanMs = (orders: number): number => Math.max(shortestMs, orders * msPerOrder);

const lockMs = 5_000;

const onRedis: readonly Target[] = [
  ...(['workers', 'api', 'workers-2', 'postgres', 'redis'] as const),
  ...(['dashboard', 'workers', 'workers-2', 'api', 'redis'] as const),
];

/** The targets of the kills, in turn: a target that is listed more often is killed more often. */
const deck: Record<Backend, readonly Target[]> = {
  postgres: ['workers', 'api', 'workers-2', 'postgres', 'dashboard', 'workers', 'workers-2', 'api'],
  redis: onRedis,
  cluster: onRedis,
  sentinel: onRedis,
};

/** Every kind of process and server that can be killed. */
export const targetsOf = (backend: Backend): readonly Target[] => [...new Set(deck[backend])];

/** All strikes of a storm of so many orders, by time. The same seed gives the same strikes. */
export function drawStrikes(options: { seed: number; orders: number; backend: Backend }): readonly Strike[] {
  const { seed, orders, backend } = options;
  const cards = deck[backend];
  const deal = (turn: number): Blow => ({ kind: 'kill', target: cards[turn % cards.length]! });
  const kinds: readonly (readonly [purpose: string, count: number, draw: (dice: Dice, turn: number) => Blow])[] = [
    ['kill', Math.max(cards.length, Math.ceil(orders / 10) + 2), (_, turn) => deal(turn)],
    ['freeze', Math.ceil(orders / 40) + 1, drawFreeze],
    ['flush', Math.ceil(orders / 75) + 1, () => ({ kind: 'flush' })],
    ['clock', Math.ceil(orders / 75) + 2, drawClock],
    ['fault', Math.ceil(orders / 2) + 5, dice => ({ kind: 'fault', fault: drawFault(dice) })],
    ['shape', Math.ceil(orders / 2) + 5, dice => ({ kind: 'shape', shape: drawShape(dice) })],
    ['retry', Math.ceil(orders / 4), drawRetry],
    ['weather', Math.ceil(orders / 50) + 2, drawWeather],
  ];
  return kinds
    .flatMap(([purpose, count, draw]) => {
      const dice = createDice(seed, purpose);
      return spread(dice, count, spanMs(orders)).map((atMs, turn): Strike => ({ atMs, ...draw(dice, turn) }));
    })
    .sort((a, b) => a.atMs - b.atMs);
}

/** Moments over the whole span, one in each of its equal parts. */
const spread = (dice: Dice, count: number, span: number): number[] =>
  Array.from({ length: count }, (_, part) =>
    Math.round(span * (calmBefore + (1 - calmBefore) * ((part + dice.roll()) / count))),
  );

const drawFreeze = (dice: Dice): Blow => ({
  kind: 'freeze',
  target: dice.pick(['workers', 'workers-2'] as const),
  forMs: dice.between(lockMs + 500, lockMs + 4_000),
});

/**
 * A process does not work while its clock and the database's differ by more than a minute. The database's own clock
 * jumps less far: work that it has stamped with a wrong time is late by as much, and a storm cannot wait for a day.
 */
const drawClock = (dice: Dice, turn: number): Blow => {
  const [whose, mostMs, leastMs] =
    turn % 2 === 0 ? (['workers-2', 2 * dayMs, dayMs] as const) : (['postgres', 90_000, 65_000] as const);
  const ahead = dice.between(leastMs, mostMs);
  return { kind: 'clock', whose, aheadMs: dice.roll() < 0.5 ? ahead : -ahead, forMs: dice.between(6_000, 9_000) };
};

const drawRetry = (dice: Dice): Blow => ({
  kind: 'retry',
  queue: dice.pick(queueNames),
  state: dice.weigh([
    ['completed', 3],
    ['failed', 1],
  ] as const),
  which: dice.roll(),
});

const drawWeather = (dice: Dice): Blow => ({
  kind: 'weather',
  settings: {
    webhookDelayMs: dice.pick([0, 0, 300, 1_500]),
    webhookDuplicates: dice.between(0, 2),
    webhookShuffle: dice.roll() < 0.8,
    payoutSettleMs: dice.between(100, 3_000),
  },
});
