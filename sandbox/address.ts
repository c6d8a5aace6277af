/** Where the buyer lives, as the control API takes it. Each marketplace shows it in its own words. */
export type Address = {
  readonly fullName: string;
  readonly company?: string;
  /** What eBay's hub knows the buyer by: the address is the hub's. */
  readonly labelReference?: string;
  readonly line1: string;
  readonly line2?: string;
  /** MercadoLibre: the part of the town. */
  readonly neighborhood?: string;
  readonly city: string;
  readonly region: string;
  /** Of ISO 3166-2; MercadoLibre tells it beside the name. */
  readonly regionCode?: string;
  readonly postalCode: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly phone?: string;
  readonly email?: string;
  readonly taxId?: string;
};
