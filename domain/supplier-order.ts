/**
 * One purchase can become several supplier orders (one per store or warehouse); it is paid when all are, and costs
 * the sum of what each really charged.
 */
import type { StateTable } from './state-table.ts';

export const supplierOrderStates = ['PLACED_UNPAID', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
export type SupplierOrderState = (typeof supplierOrderStates)[number];

export const supplierOrderMoves: StateTable<SupplierOrderState> = {
  PLACED_UNPAID: ['PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED'],
  PAID: ['SHIPPED', 'DELIVERED', 'CANCELLED'],
  SHIPPED: ['DELIVERED', 'CANCELLED'],
  DELIVERED: [],
  CANCELLED: [],
};
