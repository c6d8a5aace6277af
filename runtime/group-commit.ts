/**
 * Work that is cheaper together. What is asked for while earlier groups are under way waits and becomes the next group; no
 * item waits for company when nothing is under way. Who would wait for too long, or behind too many, is refused: a queue
 * without an end helps nobody when what it waits for hangs.
 */
export type GroupOptions<Item, Result> = {
  /** Does a whole group, and answers for each of its items in their order. All of it happens, or nothing. */
  readonly perform: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Whether a failure is the fault of a single item: then each of the group is tried by itself. */
  readonly isFaultOfOne: (error: unknown) => boolean;
  readonly itemsMax: number;
  readonly groupsMax: number;
  readonly waitingMax: number;
  readonly waitMaxMs: number;
};

/** Nothing was done: there was no room, or no time. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
};

export function openGroups<Item, Result>(options: GroupOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { perform, isFaultOfOne, itemsMax, groupsMax, waitingMax, waitMaxMs } = options;
  const waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let isPlanned = false;
  let isWatched = false;

  const settle = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await perform(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (group.length > 1 && isFaultOfOne(error)) for (const one of group) await settle([one]);
      else for (const { reject } of group) reject(error);
    }
  };
  const begin = (): void => {
    isPlanned = false;
    while (waiting.length > 0 && underWay < groupsMax) {
      underWay += 1;
      void settle(waiting.splice(0, itemsMax)).finally(() => {
        underWay -= 1;
        begin();
      });
    }
  };
  /** The longest waiting stand first. */
  const refuseLate = (): void => {
    isWatched = false;
    const late = performance.now() - waitMaxMs;
    while (waiting[0] && waiting[0].since <= late) waiting.shift()?.reject(new Overloaded('waited for too long'));
    if (waiting[0]) watchOver(waiting[0].since - late);
  };
  const watchOver = (ms: number): void => {
    if (isWatched) return;
    isWatched = true;
    setTimeout(refuseLate, ms).unref();
  };
  return item =>
    new Promise((resolve, reject) => {
      if (waiting.length >= waitingMax) return reject(new Overloaded('too many wait'));
      waiting.push({ item, since: performance.now(), resolve, reject });
      watchOver(waitMaxMs);
      if (isPlanned || underWay >= groupsMax) return;
      isPlanned = true;
      // What has arrived with the same turn of the event loop goes along.
      setImmediate(begin);
    });
}
