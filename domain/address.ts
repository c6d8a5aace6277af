/** Where the goods go, as the sale channel gave it. Country is ISO 3166 alpha-2. */
export type Address = {
  readonly fullName: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  /** State, province or region. */
  readonly region: string;
  readonly postalCode: string;
  readonly country: string;
  readonly phone?: string;
  readonly email?: string;
  /** CPF in Brazil, RUT in Chile, … where the supplier needs one. */
  readonly taxId?: string;
};
