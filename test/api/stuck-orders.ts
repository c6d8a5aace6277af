import { Terminal } from '../../domain/call-outcome.ts';
import type { OrderId } from '../../domain/ids.ts';
import { changeSettings } from '../../store/accounts/users.ts';
import { supplierOrdersOf } from '../../store/orders/supplier-orders.ts';
import type { Seller } from '../support/stage.ts';
import { fromNow, importFrom, orderToBuy, performWith, placeOnEbay, santiago } from '../workers/workbench.ts';
import type { Api } from './open-api.ts';

const yearMs = 365 * 86_400_000;

/** Orders that stand still until a person decides, each brought there by its own road. Every seller refunds by itself. */
export function stuckOrders(api: Api) {
  const hire = async (): Promise<Seller> => {
    const seller = await api.hire();
    await api.stage.store.transaction(em => changeSettings(em, seller.id, { refundPolicy: 'automatic' }));
    return seller;
  };
  const paid = async (): Promise<string> => (await api.stage.paidOrder(await api.stage.stockUp(await hire()))).id;
  const fault = (operation: string, kind: object, provider = 'aliexpress') =>
    api.stage.control('faults', { provider, operation, times: 1, ...kind });
  const aYearLater = { now: fromNow(yearMs) };
  const numbersOf = async (id: string) =>
    (await api.stage.store.read(em => supplierOrdersOf(em, id as OrderId))).map(({ number }) => number);
  /** Nobody may ask AliExpress about the order any more. */
  const unreadable = () => {
    const { aliexpress } = api.stage.context.providers;
    const getOrder = () => Promise.reject(new Terminal('ALIEXPRESS_ORDER_NOT_YOURS', 'not your order'));
    return { providers: { aliexpress: { ...aliexpress, getOrder } } };
  };

  const inDoubt = async () => {
    const id = await paid();
    await api.stage.perform('fulfill', id);
    await fault('order-create', { kind: 'status', status: 503 });
    await api.stage.perform('purchase', id);
    await performWith(api.stage, aYearLater, 'purchase', id);
    return id;
  };
  const orderedUnread = async () => {
    const id = await paid();
    await api.stage.perform('fulfill', id);
    await performWith(api.stage, unreadable(), 'purchase', id);
    return id;
  };
  const halfPaid = async () => {
    const { stage } = api;
    const goods = await stage.stockUp(await hire(), { ordersPerCreate: 2 });
    const { id } = await orderToBuy(stage, goods, 2, santiago);
    await stage.perform('purchase', id);
    const [bought, closed] = await numbersOf(id);
    await stage.control('supplier', { number: bought, status: 'WAIT_SELLER_SEND_GOODS' });
    await stage.control('supplier', { number: closed, status: 'FINISH', endReason: 'CANCELED' });
    await stage.perform('purchase', id);
    return id;
  };
  const booked = async () => {
    const id = await paid();
    for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
    return id;
  };
  const cancelledAfterwards = async () => {
    const id = await booked();
    const [number] = await numbersOf(id);
    await api.stage.control('supplier', { number, status: 'FINISH', endReason: 'CANCELED' });
    await api.stage.perform('track-shipment', id);
    return id;
  };
  const refundInDoubt = async () => {
    const id = (await api.stage.paidOrder(await api.stage.stockUp(await hire(), { stock: 0 }))).id;
    for (const queue of ['fulfill', 'purchase'] as const) await api.stage.perform(queue, id);
    await fault('refund', { kind: 'status', status: 503 }, 'paypal');
    await api.stage.perform('refund', id);
    const { paypal } = api.stage.context.providers;
    const unseen = { ...paypal, getOrder: async () => undefined };
    await performWith(api.stage, { ...aYearLater, providers: { paypal: unseen } }, 'refund', id);
    return id;
  };
  const leftToItsSeller = async () => {
    const { stage } = api;
    const seller = await hire();
    const goods = await stage.stockUp(seller, { listedOn: 'ebay', stock: 0 });
    const number = await placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 2_999 }] });
    const [order] = await importFrom(stage, seller, 'ebay', number);
    for (const queue of ['fulfill', 'purchase', 'refund'] as const) await stage.perform(queue, order?.id ?? '');
    return order?.id ?? '';
  };

  const aboveCap = async () => {
    const id = await paid();
    await performWith(api.stage, { config: { maxOrderSpendUsd: 1 } }, 'fulfill', id);
    return id;
  };
  const untracked = async () => {
    const id = await booked();
    await performWith(api.stage, unreadable(), 'track-shipment', id);
    return id;
  };
  return {
    numbersOf,
    aboveCap,
    inDoubt,
    orderedUnread,
    halfPaid,
    cancelledAfterwards,
    untracked,
    refundInDoubt,
    leftToItsSeller,
  };
}
