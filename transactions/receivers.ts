import type { Beneficiary } from '../domain/payout-leg.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import type { User } from '../store/entities/people.ts';

/** Who a share is paid to, and how. */
export type Receiver = Pick<PayoutLeg, 'userId' | 'route' | 'receiver'>;
type Receivers = Readonly<Record<Beneficiary, Receiver>>;

/** Where payouts go whose owner has said nothing. */
export type PayoutDefaults = {
  readonly adminPayoutEmail: string;
  readonly payoutProvider: PayoutLeg['route'];
};

/** Where the two shares of a sale go, as their owners have said by now. */
export const receiversOf = (
  defaults: PayoutDefaults,
  { admin, reseller }: { admin: User; reseller: User },
): Receivers => ({
  admin: { userId: admin.id, route: 'paypal', receiver: defaults.adminPayoutEmail },
  reseller: {
    userId: reseller.id,
    route: reseller.payoutProvider ?? defaults.payoutProvider,
    receiver: reseller.payoutReceiver ?? reseller.email,
  },
});
