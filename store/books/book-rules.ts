import { rules } from './ledger-rules.ts';
import { providerRules } from './provider-rules.ts';

/** One thing that must hold, and what a person does when it does not. */
type BookRule = { readonly name: string; readonly toDo: string; readonly asks: 'our own rows' | 'a provider' };

/** Every rule of a check of the books, in the order of the check. A finding names one of these. */
export const bookRules: readonly BookRule[] = [
  ...rules.map(({ name, toDo }): BookRule => ({ name, toDo, asks: 'our own rows' })),
  ...Object.entries(providerRules).map(([name, { toDo }]): BookRule => ({ name, toDo, asks: 'a provider' })),
];
