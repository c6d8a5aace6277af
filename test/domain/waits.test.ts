/** Covers: domain/order.ts. */
import { expect } from 'chai';
import { waitReasons, waits } from '../../domain/order.ts';

/** What time alone never mends: a person, or the outside, has to do something first. */
const mendedByDeed = [
  'ORDER_ABOVE_CAP',
  'LISTING_NOT_MAPPED',
  'ADDRESS_INVALID',
  'RECONNECT_NEEDED',
  'SUPPLIER_REFUND_UNPROVEN',
];

describe('the reasons to wait', () => {
  it('end by themselves, but for those that need a deed', () => {
    expect(waitReasons.filter(reason => waits[reason].wokenBy === 'action')).to.have.members(mendedByDeed);
    for (const reason of waitReasons) expect(waits[reason].wokenBy).to.be.oneOf(['time', 'action']);
  });

  it('go on with the purchase only when the order was let through before', () => {
    const bought = waitReasons.filter(reason => waits[reason].resumes !== 'fulfill');
    expect(bought).to.have.members([
      'RECONNECT_NEEDED',
      'CANCELLATION_ASKED',
      'SUPPLIER_UNPAID',
      'SUPPLIER_REFUND_UNPROVEN',
      'BUYER_ACCOUNT_PAUSED',
      'BROWSER_AUTOMATION_DISABLED',
    ]);
  });
});
