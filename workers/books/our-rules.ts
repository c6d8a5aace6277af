import { breaksOf } from '../../store/books/ledger-check.ts';
import { rules } from '../../store/books/ledger-rules.ts';
import type { Stage } from './check-stage.ts';

/** Compares the ledger with the rows it was made from, one rule per slice. */
export const ourRules: Stage = {
  name: 'our own rows',
  async read(ctx, { cursor }) {
    const place = cursor === null ? 0 : rules.findIndex(({ name }) => name === cursor) + 1;
    const rule = rules[place];
    if (!rule) return { findings: [], asked: 0, next: null };
    const breaks = await ctx.store.transaction(em => breaksOf(em, rule));
    const findings = breaks.map(({ subject, detail }) => ({
      rule: rule.name,
      kind: 'difference' as const,
      subject,
      about: detail,
      detail,
    }));
    return { findings, asked: 0, next: place + 1 < rules.length ? rule.name : null };
  },
};
