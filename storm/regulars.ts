import type { Reseller, Stage } from '../demo/stage.ts';

/**
 * Most sales are a known reseller's: whoever was hired with nothing special about them sells again, instead of a new one
 * being signed up and connected for every order. The attempt that fails is not kept.
 */
export function withRegulars(stage: Stage): Stage {
  const regulars = new Map<string, Promise<Reseller>>();
  return {
    ...stage,
    hireReseller(options) {
      const { name, ...special } = options;
      if (Object.keys(special).length > 0) return stage.hireReseller(options);
      const known = regulars.get(name) ?? stage.hireReseller(options);
      regulars.set(name, known);
      known.catch(() => regulars.delete(name));
      return known;
    },
  };
}
