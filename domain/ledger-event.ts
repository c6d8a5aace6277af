/**
 * The names of what the ledger books: a kind, and whose event it is. A name and its source keep an event from being
 * booked twice, so a name is for ever. An event that may truly happen again is booked as `name#2` (`postTurn`).
 */
import type { LegId, OrderId, SaleId } from './ids.ts';

export type EventKind =
  | 'paid'
  | 'fee'
  | 'fee-currency'
  | 'refund'
  | 'reversal'
  | 'return'
  | 'dispute-fee'
  | 'kept'
  | 'unkept'
  | 'bought'
  | 'cancelled'
  | 'refunded'
  | 'lost'
  | 'booked'
  | 'shrunk'
  | 'regained'
  | 'voided'
  | 'leg'
  | 'leg-back'
  | 'leg-fee'
  | 'paid-out'
  | 'found'
  | 'converted';

export type LedgerEvent = `${EventKind}:${string}`;

export const ledgerEvent = {
  /** A payment came in. */
  paid: (reference: string) => `paid:${reference}`,
  /** What its channel kept of it is another amount than was estimated. */
  feeCorrected: (reference: string) => `fee:${reference}`,
  /** The fee was taken in another currency than the payment's. */
  feeTakenElsewhere: (reference: string) => `fee-currency:${reference}`,
  /** Money went back to the buyer. */
  wentBack: (kind: 'refund' | 'reversal', reference: string) => `${kind}:${reference}`,
  /** Money that had gone back to the buyer came again. */
  cameAgain: (reference: string) => `return:${reference}`,
  /** @param change the how manieth change of the fee it is, from 1 */
  disputeFee: (reference: string, change: number) => `dispute-fee:${reference}:${change}`,
  /** Somebody bears what a channel kept of a payment that went back. */
  keptFeeBorne: (order: OrderId) => `kept:${order}`,
  keptFeeTakenBack: (order: OrderId) => `unkept:${order}`,

  /** @param purchase the key of its effect, or the number that a person entered */
  bought: (purchase: string) => `bought:${purchase}`,
  /** The supplier cancelled what it was paid for, and owes it. */
  supplierCancelled: (number: string) => `cancelled:${number}`,
  supplierRefunded: (purchase: string) => `refunded:${purchase}`,
  lostAtSupplier: (purchase: string) => `lost:${purchase}`,

  saleBooked: (sale: SaleId) => `booked:${sale}`,
  /** @param reference of the refund that made the sale smaller */
  saleShrunk: (sale: SaleId, reference: string) => `shrunk:${sale}:${reference}`,
  /** @param reference of the return that made the sale larger again */
  saleRegained: (sale: SaleId, reference: string) => `regained:${sale}:${reference}`,
  saleVoided: (sale: SaleId) => `voided:${sale}`,

  /** @param item the provider's own number of the payout */
  legPaid: (leg: LegId, item: string) => `leg:${leg}:${item}`,
  legReturned: (leg: LegId, item: string | null) => `leg-back:${leg}:${item}`,
  /** A payout that came back has cost its fee all the same. */
  legCharged: (leg: LegId, item: string | null) => `leg-fee:${leg}:${item}`,
  /** A person paid a part of the leg by another way. */
  paidElsewhere: (leg: LegId, reference: string) => `paid-out:${leg}:${reference}`,

  /** What left under an effect that had been given up. @param part the row that it stands for, of several */
  foundOut: (key: string, part: string | null) => (part === null ? `found:${key}` : `found:${key}:${part}`),
  converted: (reference: string) => `converted:${reference}`,
} as const satisfies Record<string, (...about: never[]) => LedgerEvent>;

/** What moves one leg's money: to its receiver, back, and the fee of a payout that came back. */
export const legEvents: readonly EventKind[] = ['leg', 'leg-back', 'leg-fee'];

/** What a reservation stands for until it is booked. A leg that came back gave up its reservation, and not its fee. */
export const reservedEvents: readonly EventKind[] = ['bought', 'leg'];

/** What changes a booked sale, each beginning with the sale's id. */
export const saleChanges: readonly EventKind[] = ['shrunk', 'regained'];
