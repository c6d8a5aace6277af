import { expect } from 'chai';
import {
  type Failure,
  invariant,
  isFailure,
  Retryable,
  Terminal,
  TokenRefused,
  Uncertain,
  unreachable,
} from '../../domain/call-outcome.ts';

describe('the three kinds of failure', () => {
  const rows: [Failure, string, string][] = [
    [new Terminal('PAYPAL_INSTRUMENT_DECLINED', 'the card was declined'), 'terminal', 'Terminal'],
    [new Retryable('PAYPAL_RATE_LIMITED', 'too many requests'), 'retryable', 'Retryable'],
    [new Uncertain('PAYPAL_NO_ANSWER', 'cut off'), 'uncertain', 'Uncertain'],
    [new TokenRefused('ebay', 'expired'), 'retryable', 'Retryable'],
  ];
  for (const [failure, kind, name] of rows)
    it(`say that they are ${kind}, with a code to count by`, () => {
      expect({ kind: failure.kind, name: failure.name }).to.deep.equal({ kind, name });
      expect(failure.code).to.match(/^[A-Z_]+$/);
      expect(failure.message.startsWith(`${failure.code}: `)).to.equal(true);
      expect(isFailure(failure)).to.equal(true);
    });

  it('carry what support and back-off need', () => {
    const cause = new Error('ECONNRESET');
    const failure = new Uncertain('EBAY_NO_ANSWER', 'cut off', {
      provider: 'ebay',
      reference: 'debug-7',
      retryAfterMs: 500,
      cause,
    });
    expect(failure).to.include({ provider: 'ebay', reference: 'debug-7', retryAfterMs: 500, cause });
    expect(new TokenRefused('ebay', 'expired', { reference: 'r' })).to.include({ provider: 'ebay', reference: 'r' });
    expect('cause' in new Terminal('A', 'b')).to.equal(false);
  });

  it('are not what a program error is', () => {
    for (const error of [new Error('x'), new TypeError('y'), 'Terminal', null, { kind: 'terminal' }])
      expect(isFailure(error)).to.equal(false);
  });
});

describe('a rule of ours', () => {
  it('stops whoever breaks it', () => {
    expect(() => invariant(1 > 0, 'one is more than nothing')).not.to.throw();
    expect(() => invariant(undefined, 'it is there')).to.throw('invariant broken: it is there');
    expect(() => unreachable('NEW_STATE' as never)).to.throw('unhandled case: "NEW_STATE"');
  });
});
