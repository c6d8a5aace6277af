import { money } from '../domain/money.ts';
import { createPayPalClient } from '../providers/paypal/client.ts';
import type { Job } from '../queues/define-queue.ts';
import type { Config } from '../runtime/config.ts';
import { createSecretBox } from '../runtime/secrets/secret-box.ts';
import { findProduct } from '../store/catalogue/products.ts';
import type { Store } from '../store/database/open.ts';
import type { Product } from '../store/entities/people.ts';
import { createCheckoutOrder, keepPayPalOrder } from '../store/orders/new-orders.ts';
import { findOrder, recheckOrder } from '../store/orders/orders.ts';
import { type Control, createSellers } from '../test/support/sellers.ts';
import { berlin } from '../test/support/stage.ts';
import { settlePayment } from '../transactions/settle-payment.ts';
import { captureNews } from '../workers/payment/paypal-status.ts';
import type { Progress } from './progress.ts';

export type Shop = {
  readonly store: Store;
  readonly config: Config;
  readonly control: Control;
  readonly shelf: readonly Product[];
};

const resellers = 10;
const atOnce = 8;
const price = money(2_999n, 'USD');
/** The sweep must not touch a seeded order before its job is added. */
const untouchedMs = 3_600_000;

/** A few resellers, and for each a product of which there is enough. */
export async function openShop({ store, config, control }: Omit<Shop, 'shelf'>, stock: number): Promise<Shop> {
  const sellers = createSellers({ store, box: createSecretBox(config.encryptionKeys), config, control });
  const shelf = await Promise.all(
    Array.from({ length: resellers }, async () => {
      const { productId } = await sellers.stockUp(await sellers.hireSeller(), { stock });
      const product = await store.read(em => findProduct(em, productId));
      if (!product) throw new Error(`product ${productId} is gone`);
      return product;
    }),
  );
  return { store, config, control, shelf };
}

type Watched = { readonly progress: Progress; readonly signal: AbortSignal };

/**
 * Orders that are PAID with money that was really captured in the sandbox, spread over the resellers. Their jobs are
 * returned and not added: the caller decides when the measurement begins.
 */
export async function seedPaidOrders(
  { store, config, control, shelf }: Shop,
  count: number,
  { progress, signal }: Watched,
): Promise<Job[]> {
  const paypal = createPayPalClient(config.paypal);
  const jobs: Job[] = [];
  const seedOne = async (number: number) => {
    const product = shelf[number % shelf.length]!;
    const checkout = { product, quantity: 1, sale: price, shipTo: berlin, checkoutTokenHash: 'bench' };
    const custody = { proceedsHeldBy: 'platform', supplierPaidBy: 'platform' } as const;
    const { id } = await store.transaction(em => createCheckoutOrder(em, { ...checkout, custody }));
    const urls = { returnUrl: 'http://127.0.0.1/back', cancelUrl: 'http://127.0.0.1/back' };
    const order = { requestId: id, customId: id, amount: price, description: 'Lamp', quantity: 1, shipTo: berlin };
    const { paypalOrderId, approveUrl } = await paypal.createOrder({ ...order, ...urls });
    await store.transaction(em =>
      keepPayPalOrder(em, id, { paypalOrderId, approveUrl, account: config.paypal.clientId }),
    );
    await control('approve', { paypalOrderId });
    const { captures } = await paypal.captureOrder(paypalOrderId, `capture-${id}`);
    await store.transaction(async em => {
      const row = await findOrder(em, id);
      if (!row) throw new Error(`order ${id} is gone`);
      await settlePayment(em, job => job && jobs.push(job), row, captures.map(captureNews));
      await recheckOrder(em, row, new Date(Date.now() + untouchedMs));
    });
    progress('orders paid', jobs.length, count);
  };
  let next = 0;
  const seeder = async () => {
    while (next < count && !signal.aborted) await seedOne(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, seeder));
  signal.throwIfAborted();
  return jobs;
}
