/** Where the goods go, as the sale channel gave it. Country is ISO 3166 alpha-2. */
export type Address = {
  readonly fullName: string;
  readonly company?: string;
  /** Must be printed on the label above the street: the marketplace's hub finds buyer and order by it. */
  readonly labelReference?: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  /** State, province or region, by name or by code; empty where the country's addresses have none. */
  readonly region: string;
  /** The code of ISO 3166-2 (`CL-RM`), where the sale channel gives it beside the name. */
  readonly regionCode?: string;
  readonly postalCode: string;
  readonly country: string;
  readonly phone?: string;
  readonly email?: string;
  /** CPF in Brazil, RUT in Chile, … where the supplier needs one. */
  readonly taxId?: string;
};
