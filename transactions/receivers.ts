import type { Beneficiary } from '../domain/payout-leg.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import type { User } from '../store/entities/people.ts';

/** Who receives a share, and by which route. */
type Receiver = Pick<PayoutLeg, 'userId' | 'route' | 'receiver'>;
export type Receivers = Readonly<Record<Beneficiary, Receiver>>;

/** Where payouts go when their owner has set no receiver. */
export type PayoutDefaults = {
  readonly adminPayoutEmail: string;
  readonly payoutProvider: PayoutLeg['route'];
};

/** The receivers of a sale's two shares, as their owners have set them now. */
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
