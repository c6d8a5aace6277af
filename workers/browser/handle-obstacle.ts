import { needReconnect } from '../../store/connections/credentials.ts';
import { pauseAccount } from '../../store/connections/shop-accounts.ts';
import type { Order } from '../../store/entities/order.ts';
import type { Credential } from '../../store/entities/people.ts';
import type { Context } from '../context/context.ts';
import { nameFor, pauseText } from '../purchase/browser-buyer.ts';
import { fail, wait } from '../step/order-step.ts';
import type { Obstacle, ObstacleKind } from './obstacle.ts';

/** Only another log-in, or another password, helps. */
const endsLogIn: ReadonlySet<ObstacleKind> = new Set<ObstacleKind>(['WRONG_PASSWORD', 'LOGIN_NOT_TAKEN']);

/** Stops all log-ins with the account until a person has put it right. */
export async function stopAccount(ctx: Context, { id }: Credential, kind: ObstacleKind): Promise<void> {
  await ctx.store.transaction(em => (endsLogIn.has(kind) ? needReconnect(em, id) : pauseAccount(em, id, kind)));
  ctx.log.error({ credentialId: id, kind }, 'a browser account stands still: somebody must look at it');
}

/** Stops all purchases with the account until a person has looked at it. */
export async function pausedBy(ctx: Context, order: Order, credential: Credential, { kind, message }: Obstacle) {
  await stopAccount(ctx, credential, kind);
  return wait(ctx, order, 'BUYER_ACCOUNT_PAUSED', {
    note: pauseText(nameFor(order, credential), `${kind} (${message})`),
  });
}

/** The order's next state after an obstacle that came before anything was bought. */
export async function handleObstacle(ctx: Context, order: Order, credential: Credential, obstacle: Obstacle) {
  const { kind, message } = obstacle;
  switch (kind) {
    case 'CAPTCHA':
    case 'TWO_FACTOR':
    case 'ACCOUNT_RESTRICTED':
    case 'LAYOUT_UNKNOWN':
    case 'FOREIGN_PAGE':
      return pausedBy(ctx, order, credential, obstacle);
    case 'WRONG_PASSWORD':
      await stopAccount(ctx, credential, kind);
      return wait(ctx, order, 'RECONNECT_NEEDED', {
        note: `the shop refuses the password of the log-in ${nameFor(order, credential)}`,
      });
    case 'LOGIN_NOT_TAKEN':
      await stopAccount(ctx, credential, kind);
      return wait(ctx, order, 'RECONNECT_NEEDED', {
        note: `the log-in ${nameFor(order, credential)} cannot be used here: enter another one`,
      });
    case 'ADDRESS_REFUSED':
      return wait(ctx, order, 'ADDRESS_INVALID', { note: 'the shop refuses the address' });
    case 'PRICE_ROSE':
      return fail(ctx, order, 'PRICE_ABOVE_MAXIMUM', { note: message });
    case 'PRODUCT_GONE':
    case 'VARIANT_GONE':
    case 'OUT_OF_STOCK':
    case 'NOT_SHIPPABLE':
      return fail(ctx, order, kind, { note: message });
  }
}
