import { santiago } from '../../demo/addresses.ts';
import { fillCart, pay } from '../../demo/buyers.ts';
import { failed, type Scenario, settled } from '../../demo/scenario.ts';
import { readOrderFile } from '../order-file.ts';
import { asAdmin, seen, sellAndPayOut } from './sold.ts';

const costMinor = 1_449;
const usd = (minor: number) => ({ amount: (minor / 100).toFixed(2), currency: 'USD' });

const cancelled = (name: string, seller: string, title: string, keptBySupplier: number): Scenario => ({
  name,
  title,
  orders: 1,
  async play(stage) {
    const { id } = await sellAndPayOut(stage, seller);
    const number = (await readOrderFile(stage.store, id))?.supplierOrders[0]?.number;
    await stage.sandbox('POST', '/supplier', { number, status: 'FINISH', endReason: 'CANCELED' });
    await seen(stage, id, 'the order waits for the refund', file => file.waitReason === 'SUPPLIER_REFUND_UNPROVEN');
    const back = { amount: usd(costMinor - keptBySupplier), lost: usd(keptBySupplier) };
    await asAdmin(stage, `orders/${id}/supplier-refund`, back);
    return [settled({ id }, { keptBySupplier })];
  },
});

export const cancelledBySupplier = cancelled(
  'supplier-cancels',
  'sven',
  'the supplier cancels what it was paid for: bought again once an admin has seen the money come back',
  0,
);

export const cancelledInPart = cancelled(
  'supplier-keeps-a-part',
  'sonja',
  'the supplier cancels and gives only a part back: an admin writes off the rest, and it is bought again',
  500,
);

export const neverPaidSupplier: Scenario = {
  name: 'supplier-unpaid',
  title: 'AliExpress does not pay by itself, and nobody else does: the order closes, and the buyer has the money back',
  orders: 1,
  async play(stage) {
    const reseller = await stage.hireReseller({ name: 'uwe', sellsOnce: true });
    const cart = await fillCart(stage, await stage.stockUp(reseller), 1, santiago);
    await pay(stage, cart);
    const id = cart.orderId;
    await seen(stage, id, 'the supplier order is unpaid', file => file.waitReason === 'SUPPLIER_UNPAID');
    const number = (await readOrderFile(stage.store, id))?.supplierOrders[0]?.number;
    await stage.sandbox('POST', '/supplier', { number, status: 'FINISH', endReason: 'CANCELED' });
    return [failed({ id }, 'SUPPLIER_PAYMENT_EXPIRED')];
  },
};
