/** Amounts as tests write them. */
import { money } from '../../domain/money.ts';

export const usd = (minor: bigint | number) => money(BigInt(minor), 'USD');

/** As the REST takes and tells it. */
export const usdText = (amount: string) => ({ amount, currency: 'USD' });
