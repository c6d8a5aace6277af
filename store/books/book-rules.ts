import { rules } from './ledger-rules.ts';
import { providerRules } from './provider-rules.ts';

/** One thing that must hold, and what a person does where it does not. */
type BookRule = { readonly name: string; readonly toDo: string; readonly asks: 'our own rows' | 'a provider' };

/** Everything that a check of the books looks at, in its order: a finding names one of these. */
export const bookRules: readonly BookRule[] = [
  ...rules.map(({ name, toDo }): BookRule => ({ name, toDo, asks: 'our own rows' })),
  ...Object.entries(providerRules).map(([name, { toDo }]): BookRule => ({ name, toDo, asks: 'a provider' })),
];
