import { formatMoney } from '../domain/money.ts';
import { isFailure } from '../domain/outcome.ts';
import type { Difference } from '../store/ledger-check.ts';
import type { Context } from './context.ts';
import { everyLook, type Look } from './provider-looks.ts';

/** The providers' own books against our rows, one by one. */
export async function checkProviders(
  ctx: Context,
  progress: (done: number, all: number) => void,
): Promise<Difference[]> {
  const looks = await everyLook(ctx);
  const found: Difference[] = [];
  for (const [index, look] of looks.entries()) {
    const detail = await differs(look);
    if (detail) found.push({ rule: look.rule, subject: look.subject, detail });
    progress(index + 1, looks.length);
  }
  return found;
}

async function differs({ ours, theirs }: Look): Promise<string | undefined> {
  try {
    const amount = await theirs();
    if (amount && amount.amountMinor === ours.amountMinor && amount.currency === ours.currency) return undefined;
    return `we have ${formatMoney(ours)}, they ${amount ? `have ${formatMoney(amount)}` : 'do not say'}`;
  } catch (error) {
    if (isFailure(error)) return `cannot be read: ${error.message}`;
    throw error;
  }
}
