import type { WireDispute } from './schema.ts';

/** A buyer's complaint. While it is open the money may be taken back. */
export type Dispute = {
  id: string;
  open: boolean;
  /** Of a resolved one: who has the money now. */
  outcome?: 'seller' | 'buyer';
  captureIds: string[];
};

/** Outcomes that leave the money with the seller; with every other one the buyer may have it. */
const sellerKeeps: ReadonlySet<string> = new Set(['RESOLVED_SELLER_FAVOUR', 'CANCELED_BY_BUYER', 'DENIED', 'NONE']);

export function toDispute({ dispute_id: id, status, disputed_transactions, dispute_outcome }: WireDispute): Dispute {
  const captureIds = disputed_transactions.flatMap(({ seller_transaction_id: captureId }) => captureId ?? []);
  if (status !== 'RESOLVED') return { id, open: true, captureIds };
  const outcome = sellerKeeps.has(dispute_outcome?.outcome_code ?? '') ? 'seller' : 'buyer';
  return { id, open: false, outcome, captureIds };
}
