import { parseArgs } from 'node:util';
import { type Backend, backends, strikeKinds } from './schedule.ts';

export type Options = {
  orders: number;
  seed: number;
  backend: Backend;
  /** The processes reach Postgres through PgBouncer. */
  pgbouncer: boolean;
  json: boolean;
  /** Narrows down why a seed fails: the other strikes are drawn as usual, and then skipped. */
  only: readonly string[] | undefined;
};

const ordersMax = 10_000;

/** @throws when the command line is wrong */
export function readOptions(args = process.argv.slice(2)): Options {
  const { values } = parseArgs({
    args,
    options: {
      orders: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      backend: { type: 'string', default: 'postgres' },
      pgbouncer: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const only = values.only?.split(',').map(name => {
    if (!strikeKinds.includes(name.split(':')[0] ?? ''))
      throw new Error(`--only takes ${strikeKinds.join(', ')}, kill:api, …`);
    return name;
  });
  const backend = backends.find(name => name === values.backend);
  if (!backend) throw new Error(`--backend is one of ${backends.join(', ')}`);
  if (values.pgbouncer && backend === 'postgres')
    throw new Error('--pgbouncer needs the queues in Redis: --backend redis, cluster or sentinel');
  return {
    orders: whole('orders', values.orders, 1, ordersMax),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    backend,
    pgbouncer: values.pgbouncer,
    json: values.json,
    only,
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a number from ${least} to ${most}`);
}
