import type { TokenMap } from '../tokens.ts';

export type PayoneerPayout = {
  readonly payoutId: string;
  readonly clientReferenceId: string;
  readonly payeeId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly description: string;
  readonly createdMs: number;
  /** Until then the status call has never heard of it: creation is asynchronous. */
  readonly visibleMs: number;
  readonly settlesMs: number;
  /** How it will end. */
  readonly outcome: string;
  status: string;
  reason: string | undefined;
};

export type PayoneerState = {
  readonly tokens: TokenMap;
  /** In the order they were asked for; the same reference may be there twice. */
  readonly payouts: PayoneerPayout[];
  readonly balances: Map<string, bigint>;
  readonly outcomes: Map<string, string[]>;
};

export const createPayoneerState = (): PayoneerState => ({
  tokens: new Map(),
  payouts: [],
  balances: new Map(),
  outcomes: new Map(),
});
