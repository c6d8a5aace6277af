import type { SupplierOrderState } from '../../domain/supplier-order.ts';
import type { SupplierOrderStatus } from './order-status.ts';

/** AliExpress' word in ours; a payment that is not accepted yet is not paid, and what needs a person is told apart. */
export const supplierStates: Partial<Record<SupplierOrderStatus, SupplierOrderState>> = {
  PLACED_UNPAID: 'PLACED_UNPAID',
  PAYMENT_PENDING: 'PLACED_UNPAID',
  PAID: 'PAID',
  SHIPPED: 'SHIPPED',
  DELIVERED: 'DELIVERED',
  CANCELLED: 'CANCELLED',
};
