/**
 * A line of an order's timeline as it is stored: what it says is sealed, its facts lie open. An id comes with the row, too
 * late to seal for it: a line is bound to its order and to a name of its own, `bound_to`. The lines of earlier releases
 * have none, and are plain until a worker seals them.
 */
import { randomUUID } from 'node:crypto';
import type { OrderId } from '../../domain/ids.ts';
import { type StoredDetail, splitDetail } from '../../domain/timeline.ts';
import { SecretBoxError, type SecretBoxErrorCode } from '../../runtime/secrets/secret-box.ts';
import type { EntityManager } from './entity-manager.ts';
import { type Keyring, keysOf } from './keyring.ts';
import { sealedPlace } from './sealed-columns.ts';
import { storableJson } from './storable-json.ts';

export type StoredLine = {
  readonly boundTo?: string | null | undefined;
  readonly note: string;
  /** Sealed JSON, beside the facts that `detail` holds. */
  readonly told?: string | null | undefined;
  readonly detail?: StoredDetail | null | undefined;
};

const notePlace = (orderId: string, boundTo: string) => sealedPlace('order_events', `${orderId}/${boundTo}`);
const toldPlace = (orderId: string, boundTo: string) => sealedPlace('order_events.told', `${orderId}/${boundTo}`);

/** The columns `bound_to`, `note`, `told` and `detail`. */
export function sealedLine(
  { box }: Keyring,
  orderId: OrderId,
  { note, detail }: { note: string; detail: StoredDetail },
  boundTo: string = randomUUID(),
): [string, string, string | null, string] {
  const { facts, told } = splitDetail(detail);
  return [
    boundTo,
    box.seal(note, notePlace(orderId, boundTo)),
    told && box.seal(storableJson(told), toldPlace(orderId, boundTo)),
    storableJson(facts),
  ];
}

type OpenedLine = {
  readonly note: string;
  readonly detail: StoredDetail;
  /** Why its words could not be opened. */
  readonly unopened?: SecretBoxErrorCode;
};

/** One that does not open says so in place of its words, and keeps nobody from the others. */
export function openLine(em: EntityManager, orderId: OrderId, line: StoredLine): OpenedLine {
  const { boundTo, note, told, detail } = line;
  if (boundTo == null) return { note, detail: detail ?? {} };
  const { box } = keysOf(em);
  try {
    const words = told == null ? {} : (JSON.parse(box.open(told, toldPlace(orderId, boundTo))) as StoredDetail);
    return { note: box.open(note, notePlace(orderId, boundTo)), detail: { ...detail, ...words } };
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error;
    return { note: `this line does not open (${error.code})`, detail: detail ?? {}, unopened: error.code };
  }
}
