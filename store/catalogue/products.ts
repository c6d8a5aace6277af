import { randomUUID } from 'node:crypto';
import type { CredentialId, ProductId, UserId } from '../../domain/ids.ts';
import { type Money, money } from '../../domain/money.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { insertRow } from '../database/table-rows.ts';
import { Listing, Product } from '../entities/people.ts';

export const productPrice = (product: Product): Money => money(product.priceMinor, product.priceCurrency);
export const productMaxBuy = (product: Product): Money => money(product.maxBuyMinor, product.maxBuyCurrency);

export async function addProduct(
  em: EntityManager,
  product: {
    userId: UserId;
    title: string;
    price: Money;
    maxBuy: Money;
    supplierProductId: string;
    supplierSkuId: string;
  },
): Promise<Product> {
  return insertRow(em, Product, {
    id: randomUUID() as ProductId,
    userId: product.userId,
    title: product.title,
    priceMinor: product.price.amountMinor,
    priceCurrency: product.price.currency,
    maxBuyMinor: product.maxBuy.amountMinor,
    maxBuyCurrency: product.maxBuy.currency,
    supplierProductId: product.supplierProductId,
    supplierSkuId: product.supplierSkuId,
  });
}

export const findProduct = (em: EntityManager, id: ProductId): Promise<Product | null> => em.findOne(Product, { id });

/** Newest first; a page at a time. */
export const productsOf = (em: EntityManager, userId: UserId | null, page: { limit: number; offset: number }) =>
  em.find(Product, userId ? { userId } : {}, { orderBy: { createdAt: 'desc', id: 'asc' }, ...page });

/** The variation's own mapping, or the whole listing's. */
export async function findListing(
  em: EntityManager,
  credentialId: CredentialId,
  externalId: string,
  variationId: string,
): Promise<Listing | null> {
  const rows = await em.find(Listing, { credentialId, externalId, variationId: { $in: [variationId, ''] } });
  return rows.find(row => row.variationId === variationId) ?? rows[0] ?? null;
}

/** Maps a listing to a product; mapping it again changes the product. */
export async function mapListing(
  em: EntityManager,
  listing: { credentialId: CredentialId; externalId: string; variationId: string; productId: ProductId },
): Promise<void> {
  await em.execute(
    `insert into listings (id, credential_id, external_id, variation_id, product_id) values (?, ?, ?, ?, ?)
     on conflict (credential_id, external_id, variation_id) do update set product_id = excluded.product_id`,
    [randomUUID(), listing.credentialId, listing.externalId, listing.variationId, listing.productId],
  );
}
