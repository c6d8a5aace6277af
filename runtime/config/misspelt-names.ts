import type { Environment } from './environment.ts';

/** A variable that starts so is meant for us: an unknown one is a mistake. */
const ourPrefixes =
  /^(PAYPAL|EBAY|MERCADOLIBRE|ALIEXPRESS|PAYONEER|PAYOUT|DASHBOARD|SANDBOX|ORDER|SWEEP|MAX_DAILY|FX)_/;

/** Below this length a foreign variable may well look like ours: `HOME` is no misspelt `HOST`. */
const minLengthForNearMiss = 8;

/** Names that were probably meant as one of ours: unknown under our prefixes, or nearly one that is not set. */
export function misspeltNames(env: Environment, known: readonly string[]): string[] {
  const set = Object.keys(env).filter(name => env[name] !== undefined);
  const missing = known.filter(name => env[name] === undefined);
  return set
    .filter(name => !known.includes(name))
    .flatMap(name => {
      const ours = ourPrefixes.test(name);
      const meant = nearest(name, missing, ours ? Math.ceil(name.length / 3) : 2);
      if (meant && (ours || name.length >= minLengthForNearMiss)) return [`${name} is unknown: did you mean ${meant}?`];
      return ours ? [`${name} is unknown`] : [];
    });
}

function nearest(name: string, candidates: readonly string[], maxDistance: number): string | undefined {
  const byDistance = candidates
    .map(candidate => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance);
  return byDistance[0]?.candidate;
}

/** Levenshtein's distance: letters to insert, remove or replace. Upper and lower case are the same here. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a.toUpperCase()].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b.toUpperCase()].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
