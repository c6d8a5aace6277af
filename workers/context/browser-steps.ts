/** The steps of a purchase on the website, as the order's timeline names them. */
export const steps = [
  'orders-before',
  'item',
  'cart',
  'address',
  'review',
  'clicking',
  'clicked',
  'order-list',
  'order-detail',
] as const;
export type Step = (typeof steps)[number];
