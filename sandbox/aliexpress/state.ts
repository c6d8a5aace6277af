export type Sku = {
  readonly skuId: string;
  readonly skuAttr: string;
  readonly priceMinor: bigint;
  readonly currency: string;
  /** Added at order time to what goes to the US. */
  readonly importChargesMinor: bigint;
  stock: number;
};

export type Product = {
  readonly productId: string;
  readonly title: string;
  readonly skus: readonly Sku[];
  /** What freight.query says. */
  readonly shippingFeeMinor: bigint;
  /** What is charged in the end. */
  readonly actualShippingMinor: bigint;
  /** Undefined: everywhere. */
  readonly shipsTo: readonly string[] | undefined;
  /** Two: the goods come from two stores, one create makes two orders. */
  readonly ordersPerCreate: 1 | 2;
  readonly onSale: boolean;
  /** What freight.query quotes in; that of the goods when undefined. */
  readonly shippingCurrency: string | undefined;
  /** The code that every order of it is refused with. */
  readonly refusal: string | undefined;
  /** For so long after it was paid an order of it is shown under risk control. */
  readonly riskControlSeconds: number;
  /** Its answers, and those about its orders, leave out whatever AliExpress leaves out now and then. */
  readonly sparse: boolean;
};

export type OrderLine = {
  readonly productId: string;
  readonly title: string;
  readonly skuId: string;
  readonly count: number;
  readonly priceMinor: bigint;
  readonly shippingMinor: bigint;
  readonly taxMinor: bigint;
};

export type TrackingLine = {
  readonly trackingNumber: string;
  readonly carrier: string;
  /** How many pieces of each line are in it; all when left out. */
  readonly count?: number;
  readonly events: readonly { readonly at: string; readonly description: string }[];
};

export type SupplierOrder = {
  readonly number: string;
  readonly outOrderId: string | undefined;
  readonly accountId: string;
  readonly country: string;
  /** Where it goes, in AliExpress' own words. */
  readonly shipTo: Readonly<Record<string, string>>;
  readonly currency: string;
  readonly logisticsService: string;
  readonly lines: readonly OrderLine[];
  readonly createdMs: number;
  readonly payTimeoutSeconds: number;
  readonly riskControlSeconds: number;
  readonly sparse: boolean;
  /** `order_status` in AliExpress' own words. */
  status: string;
  logisticsStatus: string;
  endReason: string | undefined;
  paidMs: number | undefined;
  /** The PayPal balance paid for it. */
  paidByPlatform: boolean;
  tracking: readonly TrackingLine[];
};

export type AliExpressState = {
  readonly products: Map<string, Product>;
  readonly orders: Map<string, SupplierOrder>;
  /** Account and `out_order_id` → what the first create made of it. */
  readonly creates: Map<string, { readonly numbers: readonly string[]; readonly atMs: number }>;
};

export const createAliExpressState = (): AliExpressState => ({
  products: new Map(),
  orders: new Map(),
  creates: new Map(),
});
