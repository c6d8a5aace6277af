/** So many at once, as a queue's worker; the others wait in the order they came. */
export type Lane = <T>(work: () => Promise<T>) => Promise<T>;

export function openLane(width: number): Lane {
  let free = width;
  const waiting: (() => void)[] = [];
  return async work => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
