import type { Terminal } from '../../domain/call-outcome.ts';
import type { SupplierOrder as SupplierNews } from '../../providers/aliexpress/order.ts';
import { supplierStates } from '../../providers/aliexpress/to-domain.ts';
import type { SupplierOrder } from '../../store/entities/order.ts';

/** Why a person looks at a supplier order. */
export type Stop = { reason: 'SUPPLIER_NEEDS_ATTENTION' | 'SUPPLIER_CANCELLED'; note: string };
export const attention = (note: string): Stop => ({ reason: 'SUPPLIER_NEEDS_ATTENTION', note });

export const nameOf = ({ number }: SupplierOrder): string => `AliExpress order ${number}`;

export const unreadable = (row: SupplierOrder, { message }: Terminal): Stop =>
  attention(`${nameOf(row)} cannot be read: ${message}`);

/** Why a person must look at a supplier order that was read; undefined where its status is an ordinary one. */
export function stopOf(row: SupplierOrder, { status, rawStatus, endReasons = [] }: SupplierNews): Stop | undefined {
  if (supplierStates[status]) return undefined;
  const lines = endReasons.length > 0 ? `, of its lines: ${endReasons.join(', ')}` : '';
  const said = `${nameOf(row)} is ${rawStatus}${lines}`;
  if (status !== 'CANCELLING') return attention(`${said}: look at it on the site`);
  const note = `${said}: some of its goods are cancelled, check there what is delivered and what is refunded`;
  return { reason: 'SUPPLIER_CANCELLED', note };
}
