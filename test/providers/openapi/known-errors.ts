/** Where PayPal's documents (of February 2024) are wrong or say too little, and PayPal's other texts or its SDKs are right. */
export type KnownError = { operation: RegExp; in: 'request' | 'response'; problem: RegExp; why: string };

export const knownErrors: readonly KnownError[] = [
  {
    operation: /^POST .*\/track$/,
    in: 'request',
    problem: /required property '(transaction_id|status)'/,
    why: 'fields of the other tracking API, which this schema borrows; here the capture id stands for both',
  },
  {
    operation: /^POST .*\/track$/,
    in: 'request',
    problem: /^ \/carrier must be equal to one of the allowed values$/,
    why: 'the list of carriers lacks OTHER, which its own description asks for',
  },
  {
    operation: /\/v1\/payments\/payouts(\/|$)/,
    in: 'response',
    problem: /^ \/(links|items)\/0 .*\((encType|sender_batch_id)\)$/,
    why: 'PayPal’s examples of these answers have them',
  },
];
