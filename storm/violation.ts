import type { Entry } from './books.ts';
import type { OrderFile } from './order-file.ts';

/** A promise that was broken for one order, or for the whole system: then the order id is ''. */
export type Violation = {
  readonly orderId: string;
  readonly kind: 'duplicate' | 'lost' | 'forbidden' | 'books' | 'needless' | 'guessed';
  readonly text: string;
};

export const broken = (orderId: string, kind: Violation['kind'], text: string): Violation => ({ orderId, kind, text });

export const tell = ({ kind, key, reference, at }: Entry): string => `${kind} ${reference} (${key}, ${at})`;
export const tellAll = (entries: readonly Entry[]): string => entries.map(tell).join(' and ');

export const reviewLeg = (file: OrderFile) => file.legs.find(({ status }) => status === 'NEEDS_REVIEW');
/** Why a person must look. */
export const tellReview = ({ status, reason, legs }: OrderFile): string =>
  [status, reason, ...legs.map(leg => `${leg.beneficiary} ${leg.status} ${leg.reason ?? ''}`)]
    .filter(Boolean)
    .join(', ');

export const inReview = (file: OrderFile): boolean => file.status === 'NEEDS_REVIEW' || reviewLeg(file) !== undefined;
