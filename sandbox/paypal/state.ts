import type { Answer } from '../operation.ts';
import type { Shape } from '../shape.ts';
import type { TokenMap } from '../tokens.ts';

export type OrderStatus = 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED';

export type PurchaseUnit = {
  /** As the client sent it, with its `reference_id` filled in. */
  readonly sent: Shape;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly customId: string | undefined;
  readonly invoiceId: string | undefined;
  captureId: string | undefined;
};

export type Order = {
  readonly id: string;
  readonly intent: string;
  readonly units: readonly PurchaseUnit[];
  readonly hasPaymentSource: boolean;
  readonly returnUrl: string | undefined;
  readonly createdAt: string;
  status: OrderStatus;
  updatedAt: string;
  /** An order that is not completed by then is gone, epoch ms. */
  expiresAt: number;
  /** The issue that the chosen way to pay was declined for: until the buyer approves again, it is declined again. */
  declinedFor?: string | undefined;
};

export type CaptureStatus =
  | 'COMPLETED'
  | 'PENDING'
  | 'DECLINED'
  | 'FAILED'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED'
  | 'REVERSED';

export type Capture = {
  readonly id: string;
  readonly orderId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  feeMinor: bigint;
  /** Whether it is shown: PayPal's documents leave the fee out of some captures, at first or for good. */
  feeShown: boolean;
  readonly customId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly createdAt: string;
  status: CaptureStatus;
  updatedAt: string;
  refundedMinor: bigint;
};

export type Refund = {
  readonly id: string;
  readonly captureId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly createdAt: string;
  readonly customId: string | undefined;
  /** Taken by PayPal or the buyer's bank: it may be won back. */
  readonly reversal: boolean;
  status: 'COMPLETED' | 'CANCELLED' | 'FAILED';
};

/** A parcel that the seller told of. */
export type Tracker = { readonly id: string; readonly captureId: string; readonly createdAt: string };

/** A subscription of the application; `*` is every event type. */
export type Webhook = { readonly id: string; readonly url: string; readonly eventTypes: readonly string[] };

/** An event as it was or should have been delivered. */
export type SentEvent = { readonly id: string; readonly type: string; readonly atMs: number; readonly body: string };

/** What is taken from the seller for a dispute, in the currency of the capture; negative is given back. */
export type DisputeFee = { readonly amountMinor: bigint; readonly at: string };

/** By the capture that it is about. */
export type Dispute = {
  readonly fees: readonly DisputeFee[];
  readonly id: string;
  readonly captureId: string;
  readonly status: 'OPEN' | 'UNDER_REVIEW' | 'WAITING_FOR_SELLER_RESPONSE' | 'RESOLVED';
  readonly outcome: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export type PayoutBatch = {
  readonly id: string;
  readonly header: Shape;
  readonly senderBatchId: string | undefined;
  readonly itemIds: readonly string[];
  readonly createdAt: string;
  /** When the batch reaches its final status, epoch ms. */
  readonly settlesAt: number;
  status: 'PENDING' | 'PROCESSING' | 'SUCCESS' | 'DENIED';
  completedAt: string | undefined;
};

export const payoutItemStatuses = [
  'SUCCESS',
  'PENDING',
  'UNCLAIMED',
  'RETURNED',
  'FAILED',
  'ONHOLD',
  'BLOCKED',
  'REFUNDED',
  'REVERSED',
  'DENIED',
] as const;
export type PayoutItemStatus = (typeof payoutItemStatuses)[number];

export type PayoutItem = {
  readonly id: string;
  readonly batchId: string;
  readonly sent: Shape;
  readonly receiver: string;
  readonly amountMinor: bigint;
  readonly feeMinor: bigint;
  readonly currency: string;
  /** How it will end. */
  readonly outcome: PayoutItemStatus;
  readonly transactionId: string;
  status: PayoutItemStatus;
  /** Whether the money has come back to the balance. */
  returned: boolean;
  processedAt: string | undefined;
};

export type CaptureOutcome = {
  readonly status: 'COMPLETED' | 'PENDING' | 'DECLINED';
  readonly amountMinor?: bigint;
  /** Refuses the capture with 422 and this issue instead. */
  readonly issue?: string;
  /** Says nothing of the fee, until `capture-fee` does. */
  readonly withoutFee?: boolean;
};

export type PayPalState = {
  readonly tokens: TokenMap;
  readonly orders: Map<string, Order>;
  readonly captures: Map<string, Capture>;
  readonly refunds: Map<string, Refund>;
  readonly disputes: Map<string, Dispute>;
  readonly trackers: Map<string, Tracker>;
  /** Beside the one that the credentials name; that one too once it was changed. */
  readonly webhooks: Map<string, Webhook>;
  /** Every event, the oldest first, delivered or not. */
  readonly events: SentEvent[];
  readonly batches: Map<string, PayoutBatch>;
  /** `sender_batch_id` → the batch that used it last. */
  readonly batchIdsBySender: Map<string, string>;
  readonly items: Map<string, PayoutItem>;
  /** Remembered answers by call and `PayPal-Request-Id`. */
  readonly answers: Map<string, { readonly answer: Answer; readonly expiresAt: number }>;
  /** What is really there, per currency, in minor units. */
  readonly balances: Map<string, bigint>;
  /** What the reporting API says is there. */
  report: { asOfMs: number; balances: Map<string, bigint> };
  readonly captureOutcomes: Map<string, CaptureOutcome>;
  readonly payoutOutcomes: Map<string, PayoutItemStatus[]>;
};

export const createPayPalState = (nowMs: number): PayPalState => ({
  tokens: new Map(),
  orders: new Map(),
  captures: new Map(),
  refunds: new Map(),
  disputes: new Map(),
  trackers: new Map(),
  webhooks: new Map(),
  events: [],
  batches: new Map(),
  batchIdsBySender: new Map(),
  items: new Map(),
  answers: new Map(),
  balances: new Map(),
  report: { asOfMs: nowMs, balances: new Map() },
  captureOutcomes: new Map(),
  payoutOutcomes: new Map(),
});
