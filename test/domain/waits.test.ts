import { expect } from 'chai';
import { waitReasons, waits } from '../../domain/order.ts';

/** A decision each: who takes the order up again, and who wakes it. */
const table: Record<string, string> = {
  HOLD: 'fulfill by time',
  FAILED_INSUFFICIENT_FUNDS: 'fulfill by time',
  DAILY_LIMIT_REACHED: 'fulfill by time',
  FX_RATE_MISSING: 'fulfill by time',
  LISTING_NOT_MAPPED: 'fulfill by deed',
  ADDRESS_MISSING: 'fulfill by deed',
  ADDRESS_INVALID: 'fulfill by deed',
  RECONNECT_NEEDED: 'purchase by deed',
  SUPPLIER_UNPAID: 'purchase by time',
  BROWSER_AUTOMATION_DISABLED: 'purchase by time',
};

describe('the reasons to wait', () => {
  for (const reason of waitReasons)
    it(`${reason} goes on with ${table[reason]}`, () => {
      expect(`${waits[reason].resumes} by ${waits[reason].wokenBy}`).to.equal(table[reason]);
    });

  it('are all of the table', () => {
    expect([...waitReasons]).to.have.members(Object.keys(table));
  });
});
