import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { FeedKind } from '../../domain/feed.ts';
import type { CredentialId, FeedId } from '../../domain/ids.ts';

export const Feed = defineEntity({
  name: 'Feed',
  tableName: 'feeds',
  properties: {
    id: p.uuid().$type<FeedId>().primary(),
    kind: p.text().$type<FeedKind>(),
    credentialId: p.uuid().$type<CredentialId>().nullable(),
    application: p.text().nullable(),
    startedAt: p.datetime(),
    cursorAt: p.datetime(),
    readingUntil: p.datetime().nullable(),
    page: p.text().nullable(),
    failures: p.integer(),
    lastError: p.text().nullable(),
    stateEntry: p.integer(),
    wake: p.integer(),
    fence: p.bigint(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Feed = InferEntity<typeof Feed>;
