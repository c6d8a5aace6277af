import type { Scenario } from '../scenario.ts';
import { boughtInBrowser, crashAfterClick } from './browser.ts';
import { outOfStock, priceAboveMaximum } from './failures.ts';
import {
  ebayOrder,
  ebayTwoLines,
  mercadoLibreInPesos,
  paypalOrder,
  resellersProceeds,
  threePieces,
  twoSupplierOrders,
} from './sales.ts';
import {
  expiredToken,
  lostPayoutReply,
  lostSupplierReply,
  notEnoughCapital,
  unmappedListing,
  webhookFiveTimes,
} from './troubles.ts';

export const scenarios: readonly Scenario[] = [
  paypalOrder,
  ebayOrder,
  ebayTwoLines,
  mercadoLibreInPesos,
  resellersProceeds,
  twoSupplierOrders,
  threePieces,
  expiredToken,
  webhookFiveTimes,
  lostSupplierReply,
  lostPayoutReply,
  outOfStock,
  priceAboveMaximum,
  notEnoughCapital,
  unmappedListing,
  boughtInBrowser,
  crashAfterClick,
];

/** One performance of each, or as many as `orders` needs, in turn. */
export function programme(orders: number | undefined, playable = scenarios): readonly Scenario[] {
  if (orders === undefined) return playable;
  const chosen: Scenario[] = [];
  for (let made = 0, turn = 0; made < orders; turn += 1) {
    const scenario = playable[turn % playable.length];
    // The last ones must fit: a scenario of two orders is left out where one is wanted.
    if (!scenario || made + scenario.orders > orders) continue;
    chosen.push(scenario);
    made += scenario.orders;
  }
  return chosen;
}
