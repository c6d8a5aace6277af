/** The buyer's money, one row per capture. PENDING is not paid. REVERSED and DISPUTED may still turn. */
import type { StateTable } from './state-table.ts';

export const paymentStates = [
  'PENDING',
  'COMPLETED',
  'DECLINED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'REVERSED',
  'DISPUTED',
] as const;
export type PaymentState = (typeof paymentStates)[number];

export const paymentMoves: StateTable<PaymentState> = {
  PENDING: ['COMPLETED', 'DECLINED', 'REVERSED'],
  COMPLETED: ['PARTIALLY_REFUNDED', 'REFUNDED', 'REVERSED', 'DISPUTED'],
  DECLINED: [],
  PARTIALLY_REFUNDED: ['REFUNDED', 'REVERSED', 'DISPUTED'],
  REFUNDED: [],
  REVERSED: ['COMPLETED'],
  DISPUTED: ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'REVERSED'],
};

const afterMoney: ReadonlySet<PaymentState> = new Set([
  'COMPLETED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'REVERSED',
  'DISPUTED',
]);

/** Money came once, whatever has become of it since. */
export const broughtMoney = (state: PaymentState): boolean => afterMoney.has(state);

/** It is with us, at least in part, and nobody disputes it. */
export const holdsMoney = (state: PaymentState): boolean => state === 'COMPLETED' || state === 'PARTIALLY_REFUNDED';
