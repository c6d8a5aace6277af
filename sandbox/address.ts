/** Where the buyer lives, as the control API takes it. Each marketplace shows it in its own words. */
export type Address = {
  readonly fullName: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly phone?: string;
  readonly email?: string;
  readonly taxId?: string;
};
