import { expect } from 'chai';
import { subjectOf } from '../../../providers/paypal/event-subject.ts';

describe('what a PayPal event is about', () => {
  const of = (resource: Record<string, unknown> | undefined) => subjectOf({ resource });

  it('is its checkout order, else the disputed payment, else what it tells of', () => {
    const related = { supplementary_data: { related_ids: { order_id: 'ORDER1' } } };
    expect(of({ id: 'CAP1', ...related })).to.equal('ORDER1');
    expect(of({ id: 'D1', disputed_transactions: [{ seller_transaction_id: 'CAP1' }] })).to.equal('CAP1');
    expect(of({ id: 'ORDER1' })).to.equal('ORDER1');
  });

  it('is nothing where it says nothing that can be read', () => {
    for (const resource of [undefined, {}, { id: 7 }, { id: 'no name' }, { id: '' }])
      expect(of(resource)).to.equal(undefined);
    const broken = { id: 'CAP1', supplementary_data: 'x', disputed_transactions: [null, 3] };
    expect(of(broken)).to.equal('CAP1');
  });
});
