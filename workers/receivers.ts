import type { Beneficiary } from '../domain/payout-leg.ts';
import type { PayoutLeg } from '../store/entities/money.ts';
import type { User } from '../store/entities/people.ts';
import type { Surroundings } from './context.ts';

/** Who a share is paid to, and how. */
export type Receiver = Pick<PayoutLeg, 'userId' | 'route' | 'receiver'>;
export type Receivers = Readonly<Record<Beneficiary, Receiver>>;

/** Where the two shares of a sale go, as their owners have said by now. */
export const receiversOf = (
  { config }: Pick<Surroundings, 'config'>,
  { admin, reseller }: { admin: User; reseller: User },
): Receivers => ({
  admin: { userId: admin.id, route: 'paypal', receiver: config.adminPayoutEmail },
  reseller: {
    userId: reseller.id,
    route: reseller.payoutProvider ?? config.payoutProvider,
    receiver: reseller.payoutReceiver ?? reseller.email,
  },
});
