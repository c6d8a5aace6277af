/**
 * How the books are checked: in stages, each read slice by slice from a cursor, so that a run which is interrupted
 * continues from its cursor. A question compares one amount in our books with the provider's own.
 */

import { type Failure, invariant, Terminal } from '../../domain/call-outcome.ts';
import { dayMs, hourMs } from '../../domain/durations.ts';
import type { OrderId } from '../../domain/ids.ts';
import { equals, formatMoney, type Money } from '../../domain/money.ts';
import type { Finding } from '../../store/books/book-findings.ts';
import type { ProviderRule } from '../../store/books/provider-rules.ts';
import type { Order } from '../../store/entities/order.ts';
import { findOrder } from '../../store/orders/orders.ts';
import type { Context } from '../context/context.ts';
import { meaningOf } from '../step/error-meaning.ts';

export type Asked = {
  /** Where the last slice ended; null at the stage's beginning. */
  readonly cursor: string | null;
  /** True: wait for a provider that does not answer. False: record that it could not be read, and continue. */
  readonly patient: boolean;
  /** True when nothing moves any more, at the providers or here: then recent movements are judged as well. */
  readonly atRest: boolean;
};

/** Movements before this time must be known: a provider shows them up to `lagMs` late, and we may need an hour more. */
export const settledBy = ({ now }: Context, { atRest }: Pick<Asked, 'atRest'>, lagMs: number): Date =>
  new Date(now().getTime() - (atRest ? 0 : lagMs + hourMs));

export type Slice = {
  readonly findings: readonly Finding[];
  /** Questions that were put to providers. */
  readonly asked: number;
  /** Null at the stage's end. */
  readonly next: string | null;
};

export type Stage = { readonly name: string; read(ctx: Context, asked: Asked): Promise<Slice> };

/** What a finding is about. */
export type Matter = Pick<Finding, 'subject' | 'about'> & { readonly rule: ProviderRule };

/** `look` describes the difference, or gives undefined. @throws Uncheckable where the provider cannot be asked */
export type Question = Matter & { look(): Promise<string | undefined> };

/** Asks whether the provider's amount equals ours. `theirs` gives undefined where the provider does not report one. */
export const sameAmount = (of: Matter, ours: Money, theirs: () => Promise<Money | undefined>): Question => ({
  ...of,
  look: async () => {
    const amount = await theirs();
    return amount && equals(amount, ours) ? undefined : saysOtherwise(ours, amount);
  },
});

/** No provider can be asked about it, or we may not ask; the message says why. */
export class Uncheckable extends Terminal {
  constructor(why: string) {
    super('UNCHECKABLE', why);
  }
}

const findingOf = ({ rule, subject, about }: Matter, kind: Finding['kind'], detail: string): Finding => ({
  rule,
  kind,
  subject,
  about,
  detail,
});

export const difference = (of: Matter, detail: string): Finding => findingOf(of, 'difference', detail);
const uncheckable = (of: Matter, why: string): Finding => findingOf(of, 'uncheckable', why);

/** Turns a lasting failure into a finding; throws a passing one, so that the run asks again later. @throws Failure */
export function notKnown(of: Matter, error: unknown, { patient }: Pick<Asked, 'patient'>): Finding {
  const unread = ({ message }: Failure) => findingOf(of, 'unread', `cannot be read: ${message}`);
  const meaning = meaningOf(error);
  switch (meaning.kind) {
    case 'refused': {
      const { code, message } = meaning.error;
      if (meaning.error instanceof Uncheckable) return uncheckable(of, message.replace(`${code}: `, ''));
      return unread(meaning.error);
    }
    case 'not-permitted':
    case 'reconnect':
      return unread(meaning.error);
    case 'unreadable':
    case 'retry':
    case 'uncertain':
    case 'unproven':
      if (patient) throw error;
      return unread(meaning.error);
    case 'not-now':
    case 'lost':
    case 'database-away':
    case 'bug':
      throw error;
  }
}

/** Gives no finding where the two amounts agree. */
export async function answer(question: Question, asked: Asked): Promise<Finding[]> {
  try {
    const detail = await question.look();
    return detail === undefined ? [] : [difference(question, detail)];
  } catch (error) {
    return [notKnown(question, error, asked)];
  }
}

export const saysOtherwise = (ours: Money, theirs: Money | undefined): string =>
  `we have ${formatMoney(ours)}, they ${theirs ? `have ${formatMoney(theirs)}` : 'do not say'}`;

/** How many rows are asked about before the findings are stored. */
const rowsPerSlice = 10;

/** Sorts before every id. */
export const firstId = '00000000-0000-0000-0000-000000000000';

/** A stage over rows of ours, by their ids: the questions of each are asked one after the other. */
export const overRows = <Row extends { readonly id: string }>(
  name: string,
  rowsAfter: (ctx: Context, after: string, limit: number) => Promise<readonly Row[]>,
  questionsOf: (ctx: Context, row: Row, asked: Asked) => Promise<readonly Question[]> | readonly Question[],
): Stage => ({
  name,
  async read(ctx, asked) {
    const rows = await rowsAfter(ctx, asked.cursor ?? firstId, rowsPerSlice);
    const findings: Finding[] = [];
    let questions = 0;
    for (const row of rows)
      for (const question of await questionsOf(ctx, row, asked)) {
        questions += 1;
        findings.push(...(await answer(question, asked)));
      }
    const last = rows.length < rowsPerSlice ? undefined : rows.at(-1);
    return { findings, asked: questions, next: last?.id ?? null };
  },
});

export async function orderOf(ctx: Context, id: OrderId): Promise<Order> {
  const order = await ctx.store.read(em => findOrder(em, id));
  invariant(order, `order ${id} of a payment exists`);
  return order;
}

/** Rows unchanged since this time are final and not checked: PayPal lets a buyer open a dispute for 180 days. */
export const followedSince = ({ now }: Context): Date => new Date(now().getTime() - 190 * dayMs);

/** Lets several questions share one provider call. */
export function onceAsked<T>(ask: () => Promise<T>): () => Promise<T> {
  let given: Promise<T> | undefined;
  return () => (given ??= ask());
}
