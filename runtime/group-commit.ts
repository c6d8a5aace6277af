/**
 * Work that is cheaper together. What is asked for while earlier groups are under way waits and becomes the next group;
 * nobody waits for company when nothing is under way.
 */
type GroupOptions<Item, Result> = {
  /** Does a whole group, and answers for each of its items in their order. All of it happens, or nothing. */
  readonly perform: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Whether a failure is the fault of a single item: then each of the group is tried by itself. */
  readonly isFaultOfOne: (error: unknown) => boolean;
  readonly itemsMax: number;
  readonly groupsMax: number;
};

type Waiting<Item, Result> = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };

export function openGroups<Item, Result>(options: GroupOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { perform, isFaultOfOne, itemsMax, groupsMax } = options;
  const waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let isPlanned = false;

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
  return item =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (isPlanned || underWay >= groupsMax) return;
      isPlanned = true;
      // What has arrived with the same turn of the event loop goes along.
      setImmediate(begin);
    });
}
