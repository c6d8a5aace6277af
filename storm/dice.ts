/** A seeded random source, so that a storm can be repeated. */
export type Dice = {
  /** A number from 0 to 1, without 1. */
  roll(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  /** One of the choices, with a probability in proportion to its weight. */
  weigh<T>(choices: readonly (readonly [choice: T, weight: number])[]): T;
  shuffle<T>(list: readonly T[]): T[];
};

/**
 * The same seed and purpose give the same rolls on every machine. Each purpose has its own sequence, so that one more
 * kill does not change which faults are drawn. (mulberry32 behind an FNV-1a hash: good for choosing, not for secrets.)
 */
export function createDice(seed: number, purpose: string): Dice {
  let state = 0x811c9dc5;
  for (const letter of `${seed}/${purpose}`) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193);

  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1));
  return {
    roll,
    between,
    pick: list => list[between(0, list.length - 1)]!,
    weigh(choices) {
      let left = roll() * choices.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [choice, weight] of choices) {
        left -= weight;
        if (left < 0) return choice;
      }
      return choices.at(-1)![0];
    },
    shuffle(list) {
      const mixed = [...list];
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
      }
      return mixed;
    },
  };
}
