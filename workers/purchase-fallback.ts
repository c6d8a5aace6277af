import type { Processor } from './context.ts';
import { orderStep, wait } from './order-step.ts';

/** Will buy through the website in a browser pool; until then the order waits, and the API route is tried again. */
export const purchaseFallback: Processor<'orderId'> = ({ orderId }, ctx) =>
  orderStep(ctx, { queue: 'purchase-fallback', id: orderId, from: ['PURCHASING'] }, order =>
    wait(ctx, order, 'BROWSER_AUTOMATION_DISABLED', {
      note: 'buying through the browser is not available: connect an AliExpress API account',
    }),
  );
