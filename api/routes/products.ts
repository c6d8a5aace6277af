import { Router } from 'express';
import Joi from 'joi';
import { platformCurrency } from '../../domain/fees.ts';
import type { CredentialId, ProductId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import { fitsWire } from '../../domain/wire-amount.ts';
import { addProduct, productsOf } from '../../store/catalogue/products.ts';
import { assertMappable, mapListingToProduct } from '../../transactions/map-listing.ts';
import type { Deps } from '../deps.ts';
import { type Limits, spend } from '../middleware/limits.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { scopeOf, sessionOf } from '../middleware/session.ts';
import { productView } from '../views/views.ts';
import { tooFineForCheckout } from './checkout.ts';
import { refused } from './decision-refused.ts';
import { id, type Page, page, price } from './schemas.ts';

type NewProduct = {
  title: string;
  price: Money;
  maxBuyPrice: Money;
  supplierProductId: string;
  supplierSkuId: string;
};
const digits = Joi.string().pattern(/^\d{1,20}$/);
const newProduct = Joi.object<NewProduct>({
  title: Joi.string().trim().min(1).max(256).required(),
  price: price.required(),
  maxBuyPrice: price.required(),
  supplierProductId: digits.required(),
  supplierSkuId: digits.required(),
});

type NewListing = { credentialId: CredentialId; externalId: string; variationId: string; productId: ProductId };
const newListing = Joi.object<NewListing>({
  credentialId: id.required(),
  externalId: Joi.string().max(64).required(),
  variationId: Joi.string().max(64).allow('').default(''),
  productId: id.required(),
});

export const productRoutes = ({ store }: Deps, limits: Limits): Router =>
  Router()
    .post('/', async (request, response) => {
      const { userId } = sessionOf(response);
      const { maxBuyPrice: maxBuy, ...product } = valid(newProduct, request.body);
      // The supplier is paid in dollars; a maximum in another currency would move with the rate.
      if (maxBuy.currency !== platformCurrency)
        throw new Problem(400, 'INVALID_INPUT', `maxBuyPrice is in ${platformCurrency}`);
      if (!fitsWire('paypal', product.price)) throw tooFineForCheckout(400, product.price);
      await spend(limits.product, userId, 'TOO_MANY_PRODUCTS');
      const added = await store.transaction(em => addProduct(em, { userId, maxBuy, ...product }));
      response.status(201).location(`/api/products/${added.id}`).json(productView(added));
    })
    .get('/', async (request, response) => {
      const scope = scopeOf(sessionOf(response));
      const wanted = valid<Page>(page, request.query);
      const products = await store.read(em => productsOf(em, scope, wanted));
      response.json({ products: products.map(productView) });
    });

/** Maps a marketplace listing to a product; orders that waited for it go on. */
export const listingRoutes = ({ store, transact }: Deps, limits: Limits): Router =>
  Router().put('/', async (request, response) => {
    const { userId } = sessionOf(response);
    const listing = valid(newListing, request.body);
    await store.read(em => assertMappable(em, userId, listing)).catch(refused);
    await spend(limits.product, userId, 'TOO_MANY_PRODUCTS');
    const woken = await transact((em, enqueue) => mapListingToProduct(em, enqueue, userId, listing)).catch(refused);
    response.json({ ...listing, ordersWoken: woken });
  });
