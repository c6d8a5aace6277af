import { expect } from 'chai';
import { splitDetail } from '../../domain/timeline.ts';

describe('what a line of a timeline says beside its sentence', () => {
  const facts = {
    to: 'PAID',
    generation: 2,
    amount: '-29.99 USD',
    orders: ['8100000000000001', '8100000000000002'],
    paid: [{ number: '8100000000000001', cost: '4990 CLP' }],
    topic: 'waits for a tracking number/7',
  };

  it('lies open where it is ids, codes, states and amounts', () => {
    expect(splitDetail(facts)).to.deep.equal({ facts, told: null });
  });

  const words = {
    'a provider’s answer': { answer: { name: 'Greta' } },
    'what was claimed': { evidence: 'Greta' },
    'a name that nobody knows': { said: 'Greta' },
    'a code of several words': { code: 'Greta Vogel is not at home' },
    'a code among several': { numbers: ['810', 'for Greta Vogel'] },
    'a code inside of another fact': { paid: [{ number: 'for Greta Vogel' }] },
    'an endless code': { reference: 'x'.repeat(201) },
    'a topic of earlier releases, with a supplier’s words': { topic: 'supplier/Greta does not answer' },
  };
  for (const [what, told] of Object.entries(words))
    it(`is sealed where it may be somebody’s words: ${what}`, () => {
      expect(splitDetail({ to: 'PAID', ...told })).to.deep.equal({ facts: { to: 'PAID' }, told });
    });
});
