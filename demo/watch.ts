import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/database/open.ts';
import type { Ending } from './scenario.ts';
import { allOrders, hasEnded, howFar, type Seen } from './sight.ts';

/** All orders at one moment. */
export type Sight = {
  readonly orders: readonly Seen[];
  /** Changes whenever an order moves forward. */
  readonly mark: string;
  find(ending: Ending): Seen | undefined;
  /** Whether an order has ended as it should. */
  has(ending: Ending): boolean;
  /** By our id or the marketplace's number. */
  named(names: ReadonlySet<string>): readonly Seen[];
};

export type Watch = {
  readonly latest: Sight;
  /** Milliseconds from the start of this process until the first order was seen to be settled. */
  readonly firstSettledMs: number | undefined;
  /** Reads all orders once more. @throws when the database does not answer */
  look(): Promise<Sight>;
  close(): void;
};

const untilFirstMs = 100;
const afterwardsMs = 500;

/** Reads all orders again and again, for all waits together. After a failed read the previous one stays valid. */
export function watchOrders(store: Store, onLook: (sight: Sight) => void): Watch {
  let latest = sightOf([], '');
  let firstSettledMs: number | undefined;
  let closed = false;
  const look = async () => {
    const [orders, mark] = await Promise.all([allOrders(store), howFar(store)]);
    latest = sightOf(orders, mark);
    if (orders.some(({ settled }) => settled)) firstSettledMs ??= performance.now();
    onLook(latest);
    return latest;
  };
  const goOn = async () => {
    while (!closed) {
      await look().catch(() => undefined); // a database that is down is read again
      await sleep(firstSettledMs === undefined ? untilFirstMs : afterwardsMs);
    }
  };
  void goOn();
  return {
    get latest() {
      return latest;
    },
    get firstSettledMs() {
      return firstSettledMs;
    },
    look,
    close: () => {
      closed = true;
    },
  };
}

function sightOf(orders: readonly Seen[], mark: string): Sight {
  const byId = new Map(orders.map(seen => [seen.id, seen]));
  const byNumber = Map.groupBy(orders, ({ externalOrderId }) => externalOrderId);
  const find = ({ order }: Ending): Seen | undefined =>
    'id' in order ? byId.get(order.id) : byNumber.get(order.externalOrderId)?.[order.line];
  return {
    orders,
    mark,
    find,
    has: ending => hasEnded(find(ending), ending),
    named: names => orders.filter(({ id, externalOrderId }) => names.has(id) || names.has(externalOrderId ?? id)),
  };
}
