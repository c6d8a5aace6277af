import type { UserId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { formatMoney, type Money } from '../domain/money.ts';
import type { EntityManager } from '../store/database/entity-manager.ts';
import { isInDoubt } from '../store/effects/effects.ts';
import { disproveByHand, saidByPerson } from '../store/effects/effects-by-hand.ts';
import type { Effect } from '../store/entities/money.ts';
import type { HoldCode } from '../store/forgetting/erasure-hold.ts';

/** What a person decided, who that is, and what they saw. */
export type Decision<Decision> = { readonly decision: Decision; readonly by: UserId; readonly why: string };

export type DecisionProblem =
  | 'NOT_FOUND'
  | 'NOT_IN_REVIEW'
  | 'GOODS_ORDERED'
  | 'NOTHING_IN_DOUBT'
  | 'NOTHING_ORDERED'
  | 'SALE_BOOKED'
  | 'SALE_NOT_BOOKED'
  | 'RATE_MISSING'
  | 'PURCHASE_BOOKED'
  | 'ORDER_FROZEN'
  | 'REFUND_SENT'
  | 'NO_REFUND_SENT'
  | 'NOT_PAID'
  | 'AMOUNTS_DIFFER'
  | 'SUPPLIER_CANCELLED_IT'
  | 'MORE_THAN_LEFT'
  | 'PAYOUT_SENT'
  | 'PAYOUT_UNDER_WAY'
  | 'NOT_PAYABLE_AGAIN'
  | 'NOT_CONTRADICTED'
  | 'NOT_REFUNDABLE'
  | 'ADDRESS_NOT_WANTED'
  | 'BUYER_ERASED'
  | 'BOOKED_BY_ITSELF'
  | 'REFERENCE_TAKEN'
  | 'ORDER_UNDER_WAY'
  | 'NO_REFUND_AWAITED'
  | 'REFUND_INCOMPLETE'
  | 'NO_REFUND_UNTOLD'
  | 'MORE_THAN_PAID'
  | 'LESS_THAN_BOOKED'
  | HoldCode;

/** The recorded facts do not allow the decision. */
export class DecisionRefused extends Error {
  override readonly name = 'DecisionRefused';
  readonly code: DecisionProblem;
  constructor(code: DecisionProblem, message: string) {
    super(message);
    this.code = code;
  }
}

export const refusal = (code: DecisionProblem, message: string): DecisionRefused => new DecisionRefused(code, message);

/** A decision as the timeline stores it: amounts become text. */
export const told = (decision: object): Record<string, Json> =>
  Object.fromEntries(Object.entries(decision).map(([name, said]) => [name, toldPart(said)]));

const isMoney = (said: unknown): said is Money => typeof said === 'object' && said !== null && 'amountMinor' in said;

function toldPart(said: unknown): Json {
  if (isMoney(said)) return formatMoney(said);
  if (Array.isArray(said)) return said.map(toldPart);
  return typeof said === 'object' && said !== null ? told(said) : (said as Json);
}

/** For each decision, why the facts do not allow it; null where they do. */
export type Choices<Name extends string> = Readonly<Record<Name, DecisionRefused | null>>;

/** A person says that an effect which may have been sent did not happen. */
export async function markNotHappened(em: EntityManager, effect: Effect | null): Promise<void> {
  if (effect && (isInDoubt(effect) || saidByPerson(effect))) await disproveByHand(em, effect);
}
