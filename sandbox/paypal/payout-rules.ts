import { toMinor } from '../decimal.ts';
import { isShape, listAt, type Shape, shapeAt, textAt } from '../shape.ts';
import { isPayPalCurrency } from './money.ts';
import { type Detail, refusal } from './refusals.ts';

export type PayoutRequest = {
  readonly header: Shape;
  readonly senderBatchId: string | undefined;
  readonly items: readonly {
    readonly sent: Shape;
    readonly receiver: string;
    readonly amountMinor: bigint;
    readonly currency: string;
  }[];
};

const receiverPatterns: Record<string, RegExp> = {
  EMAIL: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  PAYPAL_ID: /^[2-9A-HJ-NP-Z]{13}$/,
  USER_HANDLE: /^@?[\w-]+$/,
};

/** One bad item refuses the whole batch, with a detail for each. @throws Refusal 400 */
export function readPayout(body: Shape): PayoutRequest {
  const header = shapeAt(body, 'sender_batch_header');
  const sent = listAt(body, 'items');
  const details: Detail[] = [];
  const complain = (field: string, issue: string) => void details.push({ field, location: 'body', issue });

  if (body.sender_batch_header === undefined) complain('sender_batch_header', 'Required field missing');
  if (sent.length < 1 || sent.length > 15_000) complain('items', 'Number of items must be between 1 and 15000');
  const senderBatchId = textAt(header, 'sender_batch_id');
  if (senderBatchId !== undefined && (senderBatchId.length < 1 || senderBatchId.length > 256))
    complain('sender_batch_header.sender_batch_id', 'Value is too long');

  const items = sent.flatMap((item, index) => {
    const at = `items[${index}]`;
    if (!isShape(item)) {
      complain(at, 'Invalid item');
      return [];
    }
    const receiver = textAt(item, 'receiver') ?? '';
    const type = textAt(item, 'recipient_type') ?? textAt(header, 'recipient_type') ?? '';
    if (receiver.length > 127 || !receiverPatterns[type]?.test(receiver))
      complain(`${at}.receiver`, 'Receiver is invalid or does not match with type');
    if ((textAt(item, 'sender_item_id') ?? '').length > 63) complain(`${at}.sender_item_id`, 'Value is too long');
    if ((textAt(item, 'note') ?? '').length > 4000) complain(`${at}.note`, 'Value is too long');
    const amount = readAmount(shapeAt(item, 'amount'), `${at}.amount`, complain);
    return amount ? [{ sent: item, receiver, ...amount }] : [];
  });
  if (new Set(items.map(item => item.currency)).size > 1) complain('items', 'All items must have the same currency');
  if (details.length > 0) throw refusal(400, 'VALIDATION_ERROR', details);
  return { header, senderBatchId, items };
}

/** `{currency, value}`: `currency_code`, as everything else at PayPal has it, is not known here. */
function readAmount(amount: Shape, at: string, complain: (field: string, issue: string) => void) {
  const { currency, value } = amount;
  if (!isPayPalCurrency(currency)) return complain(`${at}.currency`, 'Currency is invalid or missing');
  const amountMinor = typeof value === 'string' ? toMinor(value, currency) : undefined;
  if (amountMinor === undefined || amountMinor <= 0n) return complain(`${at}.value`, 'Amount is invalid or missing');
  return { amountMinor, currency };
}
