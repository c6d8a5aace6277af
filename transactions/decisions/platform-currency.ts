import { platformCurrency } from '../../domain/fees.ts';
import type { Money } from '../../domain/money.ts';
import { refusal } from '../decision-refused.ts';

/** @throws DecisionRefused */
export function inPlatformCurrency(...amounts: readonly Money[]): void {
  if (amounts.some(({ currency }) => currency !== platformCurrency))
    throw refusal('AMOUNTS_DIFFER', `what goods cost is said in ${platformCurrency}`);
}
