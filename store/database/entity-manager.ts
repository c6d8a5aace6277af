/** What a transaction or a single query is asked through: the type alone, so that whoever takes one need not know the store. */
export type { EntityManager } from '@mikro-orm/postgresql';
