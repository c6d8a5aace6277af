import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { ForgettingId } from '../../domain/ids.ts';

export const Forgetting = defineEntity({
  name: 'Forgetting',
  tableName: 'forgettings',
  properties: {
    id: p.uuid().$type<ForgettingId>().primary(),
    onlyOne: p.boolean(),
    run: p.integer(),
    forgotten: p.integer(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    rule: p.text().nullable(),
    cursor: p.text().nullable(),
    fence: p.bigint(),
    stateEntry: p.integer(),
    wake: p.integer(),
    nextCheckAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('clock_now()'),
  },
});
export type Forgetting = InferEntity<typeof Forgetting>;
