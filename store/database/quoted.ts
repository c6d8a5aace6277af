/** Our own words as a list in SQL: the states, accounts or channels that a query is about. Never what came from outside. */
export const quoted = (words: readonly string[]): string => words.map(word => `'${word}'`).join(', ');
