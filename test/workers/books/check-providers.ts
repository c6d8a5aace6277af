import type { Finding } from '../../../store/books/book-findings.ts';
import { checkBooksNow } from '../../../workers/books/check-books-now.ts';
import { stages } from '../../../workers/books/check-stages.ts';
import { ourRules } from '../../../workers/books/our-rules.ts';
import type { Context } from '../../../workers/context/context.ts';

/** What of our rows the providers say otherwise, once all is at rest. */
export async function checkProviders(ctx: Context): Promise<Pick<Finding, 'rule' | 'subject' | 'detail'>[]> {
  const asking = stages.filter(stage => stage !== ourRules);
  const found = await checkBooksNow(ctx, { chosen: asking, atRest: true });
  return found
    .filter(({ kind }) => kind !== 'uncheckable')
    .map(({ rule, subject, detail }) => ({ rule, subject, detail }));
}
