import type { Address } from '../../../domain/address.ts';
import { addRate } from '../../../store/money/fx.ts';
import { berlin, createStage, type Seller, type Stage } from '../../support/stage.ts';
import { type changeOrder, placeOnEbay, placeOnMercadoLibre } from '../workbench.ts';

export type Marketplace = Parameters<typeof changeOrder>[1];
export type Change = Parameters<typeof changeOrder>[3];

/** A seller at both marketplaces; a dollar is a thousand pesos. */
export async function openMarkets(): Promise<{ stage: Stage; seller: Seller }> {
  const stage = await createStage();
  const rate = { base: 'USD', quote: 'CLP', rate: '1000', source: 'test', asOf: new Date() } as const;
  await stage.store.transaction(em => addRate(em, rate));
  return { stage, seller: await stage.hireSeller() };
}

/** Sells an article for 32.99 USD at eBay, for 34,990 CLP at MercadoLibre. Gives the sale's number there. */
export async function sellAt(
  marketplace: Marketplace,
  stage: Stage,
  seller: Seller,
  shipTo: Address = berlin,
): Promise<string> {
  const goods = await stage.stockUp(seller, { listedOn: marketplace });
  return marketplace === 'ebay'
    ? placeOnEbay(stage, seller, { lines: [{ goods, totalMinor: 3_299 }], shipTo })
    : placeOnMercadoLibre(stage, seller, { goods, unitPriceMinor: 34_990, saleFeeMinor: 4_864, shipTo });
}
