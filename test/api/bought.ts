import type { Api, Json, Member } from './open-api.ts';

/** An order whose goods are bought and paid, and AliExpress's number for them. */
export async function purchasedBy(api: Api, member: Member): Promise<{ orderId: string; number: string }> {
  const { id } = await api.stage.paidOrder(await api.stage.stockUp(member));
  for (const queue of ['fulfill', 'purchase', 'create-sale'] as const) await api.stage.perform(queue, id);
  const [row] = await api.rows<Json>('select number from supplier_orders where order_id = ?', [id]);
  return { orderId: id, number: row.number };
}
