import { type FailureDetail, Terminal } from '../../domain/call-outcome.ts';
import { addressFault } from './address-fault.ts';

/** PayPal certainly has not taken the buyer's money. `approveUrl`: where it sends the buyer to choose another way to pay. */
export class CaptureRefused extends Terminal {
  readonly approveUrl: string | undefined;
  constructor(code: string, message: string, detail: FailureDetail & { approveUrl?: string | undefined }) {
    super(code, message, detail);
    this.approveUrl = detail.approveUrl;
  }
}

/** What can be done after a refusal, and by whom. */
type AfterRefusal =
  /** The buyer approves the same order again, with another way to pay or after another look. */
  | 'approve-again'
  /** This order is not paid any more: the buyer checks out anew, with another way to pay. */
  | 'start-again'
  /** As `start-again`, with another address. */
  | 'correct-address'
  /** No buyer can mend it: the fault is in our own account. */
  | 'seller';

const startAgain: ReadonlySet<string> = new Set(
  [
    'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED',
    'TRANSACTION_REFUSED',
    'PAYER_CANNOT_PAY',
    'PAYER_ACCOUNT_RESTRICTED',
    'PAYER_ACCOUNT_LOCKED_OR_CLOSED',
    'COMPLIANCE_VIOLATION',
    'TRANSACTION_LIMIT_EXCEEDED',
    'DOMESTIC_TRANSACTION_REQUIRED',
    'RESOURCE_NOT_FOUND',
  ].map(code => `PAYPAL_${code}`),
);

const ours: ReadonlySet<string> = new Set(
  [
    'PAYEE_BLOCKED_TRANSACTION',
    'TRANSACTION_BLOCKED_BY_PAYEE',
    'PAYEE_ACCOUNT_RESTRICTED',
    'PAYEE_ACCOUNT_LOCKED_OR_CLOSED',
    'TRANSACTION_RECEIVING_LIMIT_EXCEEDED',
    'PERMISSION_DENIED',
    'CONSENT_NEEDED',
    'NOT_AUTHORIZED',
    'AUTHORIZATION_ERROR',
    'AUTHENTICATION_FAILURE',
    'HTTP_401',
  ].map(code => `PAYPAL_${code}`),
);

/** @param code of the refusal; for one in no table approving again may help */
export function afterRefusal(code: string): AfterRefusal {
  if (ours.has(code)) return 'seller';
  if (startAgain.has(code)) return 'start-again';
  return addressFault({ code, fields: [] }) ? 'correct-address' : 'approve-again';
}
