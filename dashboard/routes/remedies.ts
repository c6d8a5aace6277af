import { Router } from 'express';
import Joi from 'joi';
import type { OrderId, ProductId } from '../../domain/ids.ts';
import { formatMoney, type Money } from '../../domain/money.ts';
import { rowId } from '../../runtime/row-id.ts';
import type { EntityManager } from '../../store/database/entity-manager.ts';
import { findOrder } from '../../store/orders/orders.ts';
import { address } from '../../transactions/address-input.ts';
import { correctAddress } from '../../transactions/correct-address.ts';
import { price } from '../../transactions/decisions/money-input.ts';
import { listingWanted, mapListingToProduct } from '../../transactions/map-listing.ts';
import { refundOrder } from '../../transactions/refund-order.ts';
import { isLimitCurrency, limitedReseller, setFundingLimit } from '../../transactions/set-funding-limit.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { form } from '../middleware/storable.ts';
import { refused } from './decision-refused.ts';
import { entered, filled, withAmounts } from './entered.ts';
import { idOf } from './id-of.ts';

const chosen = Joi.object<{ productId: ProductId }>({ productId: rowId.required() });

const limited = Joi.object<{ limit: Money }>({
  limit: price.required().custom((limit: Money, { error }) => (isLimitCurrency(limit) ? limit : error('any.invalid'))),
});

async function orderOf(em: EntityManager, id: OrderId) {
  const order = await findOrder(em, id);
  if (!order) throw new Refusal(404, 'There is no such order.');
  return order;
}

/** Corrections that let an order go on, made by an operator with the same transactions that the api uses. */
export const remedyRoutes = (deps: Deps): Router =>
  Router()
    .post('/orders/:id/refund', async (request, response) => {
      const order = idOf(request, 'order') as OrderId;
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'refund the buyer', target: { order } }, () =>
        deps
          .transact(async (em, enqueue) => {
            await orderOf(em, order);
            await refundOrder(em, enqueue, order, 'asked for by an operator');
          })
          .catch(refused),
      );
      response.redirect(303, `/orders/${order}`);
    })
    .post('/orders/:id/address', form, async (request, response) => {
      const order = idOf(request, 'order') as OrderId;
      const shipTo = entered(address, filled(request.body));
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'correct an address', target: { order } }, () =>
        deps.transact((em, enqueue) => correctAddress(em, enqueue, order, shipTo)).catch(refused),
      );
      response.redirect(303, `/orders/${order}`);
    })
    .post('/orders/:id/listing', form, async (request, response) => {
      const order = idOf(request, 'order') as OrderId;
      const { productId } = entered(chosen, filled(request.body));
      const { email: operator } = operatorOf(response);
      await audited(
        deps,
        { operator, action: 'map a listing', target: { order, product: productId } },
        () =>
          deps
            .transact(async (em, enqueue) => {
              const waiting = await orderOf(em, order);
              const listing = listingWanted(waiting);
              if (!listing) throw new Refusal(409, 'The order does not wait for a listing.');
              return mapListingToProduct(em, enqueue, waiting.userId, { ...listing, productId });
            })
            .catch(refused),
        orders => `${orders} orders go on`,
      );
      response.redirect(303, `/orders/${order}`);
    })
    .post('/orders/:id/funding-limit', form, async (request, response) => {
      const order = idOf(request, 'order') as OrderId;
      const { limit } = entered(limited, withAmounts(filled(request.body)));
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: `set a funding limit: ${formatMoney(limit)}`, target: { order } }, () =>
        deps.store
          .transaction(async em => {
            const reseller = limitedReseller(await orderOf(em, order));
            if (!reseller) throw new Refusal(409, 'The order does not wait for its reseller’s money.');
            await setFundingLimit(em, reseller, limit);
          })
          .catch(refused),
      );
      response.redirect(303, `/orders/${order}`);
    });
