import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { BookCheckId } from '../../domain/ids.ts';

export const BookCheck = defineEntity({
  name: 'BookCheck',
  tableName: 'book_checks',
  properties: {
    id: p.uuid().$type<BookCheckId>().primary(),
    onlyOne: p.boolean(),
    run: p.integer(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    stage: p.text().nullable(),
    cursor: p.text().nullable(),
    asked: p.integer(),
    failures: p.integer(),
    lastError: p.text().nullable(),
    fence: p.bigint(),
    stateEntry: p.integer(),
    wake: p.integer(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type BookCheck = InferEntity<typeof BookCheck>;

/**
 *   difference    the books say one thing, their rows or a provider another
 *   unread        a provider did not answer, or not in a form that can be read: nothing is known
 *   uncheckable   no provider can be asked about it, or we may not ask
 */
export type FindingKind = 'difference' | 'unread' | 'uncheckable';

export const BookFinding = defineEntity({
  name: 'BookFinding',
  tableName: 'book_findings',
  properties: {
    id: p.uuid().primary(),
    rule: p.text(),
    kind: p.text().$type<FindingKind>(),
    subject: p.text(),
    about: p.text(),
    detail: p.text(),
    run: p.integer(),
    stage: p.text(),
    cursor: p.text().nullable(),
    confirmedAt: p.datetime().nullable(),
    firstSeenAt: p.datetime(),
    lastSeenAt: p.datetime(),
    goneAt: p.datetime().nullable(),
  },
});
export type BookFinding = InferEntity<typeof BookFinding>;
