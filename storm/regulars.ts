import type { Reseller, Stage } from '../demo/stage.ts';

export type StormStage = Stage & {
  /** All resellers that were hired, once each. */
  hired(): Promise<readonly Reseller[]>;
};

/**
 * Reuses resellers: one who was hired without special options sells again, instead of signing up and connecting a new
 * one for every order. A reseller whose sign-up failed is not reused.
 */
export function withRegulars(stage: Stage): StormStage {
  const regulars = new Map<string, Promise<Reseller>>();
  const everybody: Promise<Reseller>[] = [];
  const hire: Stage['hireReseller'] = options => {
    const reseller = stage.hireReseller(options);
    everybody.push(reseller);
    return reseller;
  };
  return {
    ...stage,
    hireReseller(options) {
      const { name, ...special } = options;
      if (Object.keys(special).length > 0) return hire(options);
      const known = regulars.get(name) ?? hire(options);
      regulars.set(name, known);
      known.catch(() => regulars.delete(name));
      return known;
    },
    async hired() {
      const tried = await Promise.allSettled(everybody);
      return tried.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []));
    },
  };
}
