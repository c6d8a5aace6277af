/** Where others than we take the buyer's order, and say what becomes of it. */
export const marketplaces = ['ebay', 'mercadolibre'] as const;
export type Marketplace = (typeof marketplaces)[number];

export const isMarketplace = (name: string): name is Marketplace => marketplaces.some(one => one === name);

/** Where goods are sold: at our own checkout, which PayPal serves, or at a marketplace. */
export const channels = ['paypal', ...marketplaces] as const;
export type Channel = (typeof channels)[number];
