import type { Marketplace } from '../../domain/sale-channel.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import { accountToCheck } from '../../store/books/rows-to-check.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { type Asked, firstId, notKnown, type Stage } from './check-stage.ts';

/** A stage over connected accounts, one per slice. An account that cannot be read is a finding under `rule`. */
export const overAccounts = (
  name: string,
  apiName: Marketplace,
  rule: ProviderRule,
  read: (
    ctx: Context,
    credential: Credential,
    asked: Asked,
  ) => Promise<{ findings: readonly Finding[]; asked: number }>,
): Stage => ({
  name,
  async read(ctx, asked) {
    const credential = await ctx.store.read(em => accountToCheck(em, apiName, asked.cursor ?? firstId));
    if (!credential) return { findings: [], asked: 0, next: null };
    try {
      return { ...(await read(ctx, credential, asked)), next: credential.id };
    } catch (error) {
      const of = { rule, subject: '', about: credential.id };
      return { findings: [notKnown(of, error, asked)], asked: 1, next: credential.id };
    }
  },
});
