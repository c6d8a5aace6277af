/** A buyer's address as it is stored: sealed, with keyed hashes of e-mail and name by which the order is found. */
import type { Address } from '../../domain/address.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { KeyedHash } from '../../runtime/secrets/keyed-hash.ts';
import type { Order } from '../entities/order.ts';
import type { EntityManager } from './entity-manager.ts';
import { keysOf, seal, unseal } from './keyring.ts';
import { storableJson } from './storable-json.ts';

/** The form that is hashed: case, spaces and the width of letters make no difference. */
const asSearched = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

const emailText = (email: string): string => `email/${asSearched(email)}`;
const nameText = (name: string): string => `name/${asSearched(name)}`;

type StoredAddress = {
  /** Sealed JSON. */
  readonly shipTo: string;
  readonly emailHash: string | null;
  readonly nameHash: string | null;
};

export function storedAddress(em: EntityManager, id: OrderId, address: Address): StoredAddress {
  return { shipTo: seal(em, 'orders', id, storableJson(address)), ...hashesOf(keysOf(em).hash, address) };
}

/** As `storedAddress`, as columns of the order, whose entity calls the sealed text `shipTo`. */
export const addressColumns = (em: EntityManager, id: OrderId, address: Address): Partial<Order> => {
  const { shipTo, ...hashes } = storedAddress(em, id, address);
  return { shipTo: shipTo as unknown as Address, ...hashes };
};

export const hashesOf = (hash: KeyedHash, { email, fullName }: Address): Omit<StoredAddress, 'shipTo'> => ({
  emailHash: email ? hash.of(emailText(email)) : null,
  nameHash: fullName ? hash.of(nameText(fullName)) : null,
});

/** @param stored the sealed text, or the address itself where it was stored before it was sealed */
export const openAddress = (em: EntityManager, id: string, stored: string | Address): Address =>
  typeof stored === 'string' ? (JSON.parse(unseal(em, 'orders', id, stored)) as Address) : stored;

/** Every value that `email_hash` may have for it, and `name_hash`. */
export const emailHashes = (em: EntityManager, email: string): string[] => keysOf(em).hash.candidates(emailText(email));
export const nameHashes = (em: EntityManager, name: string): string[] => keysOf(em).hash.candidates(nameText(name));
