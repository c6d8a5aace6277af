/** Covers: api/middleware/problem.ts. */
import { expect } from 'chai';
import { Retryable, Terminal, Uncertain } from '../../domain/call-outcome.ts';
import { wantOne } from './cart.ts';
import { type Api, type Member, openApi } from './open-api.ts';
import { expectProblem } from './problem.ts';

describe('api: problems', () => {
  let api: Api;
  let mia: Member;
  let thrown: unknown;
  before(async () => {
    api = await openApi({
      deps: () => ({
        paypal: {
          createOrder: async () => {
            throw thrown;
          },
        },
      }),
    });
    mia = await api.hire();
  });
  after(() => api[Symbol.asyncDispose]());

  const failWith = async (error: unknown) => {
    thrown = error;
    return api.call('POST', '/api/paypal/create-order', { body: wantOne(await api.stage.stockUp(mia)) });
  };

  it('a mistake of ours is told as one, with nothing of what went wrong', async () => {
    const error = Object.assign(new Error('secret-canary at /srv/app/store/open.ts'), {
      status: 'x',
      code: 'secret-canary',
    });
    for (const mistake of [
      error,
      new TypeError('secret-canary'),
      'secret-canary',
      { secret: 'canary' },
      null,
      undefined,
    ]) {
      const answer = await failWith(mistake);
      expectProblem(answer, 500, 'INTERNAL_ERROR');
      expect(answer.text).not.to.match(/canary|store|open\.ts/);
    }
  });

  it('a provider’s failure is told by its code alone', async () => {
    const statuses = [
      [Terminal, 422, null],
      [Retryable, 503, '5'],
      [Uncertain, 503, '5'],
    ] as const;
    for (const [Failure, status, retryAfter] of statuses) {
      const answer = await failWith(
        new Failure('PAYPAL_SOMETHING', 'secret-canary', { reference: 'canary', provider: 'paypal' }),
      );
      expectProblem(answer, status, 'PAYPAL_SOMETHING');
      expect(answer.text).not.to.include('canary');
      expect(answer.headers.get('retry-after')).to.equal(retryAfter);
    }
  });

  for (const code of ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', '08006', '53300']) {
    it(`a database that fails with ${code} is away for the moment`, async () => {
      const answer = await failWith(Object.assign(new Error('secret-canary'), { code }));
      expectProblem(answer, 503, 'DATABASE_AWAY');
      expect(answer.text).not.to.include('canary');
    });
  }

  it('carry the headers that a browser needs, and none that tell what runs here', async () => {
    const answer = await api.call('GET', '/api/nothing');
    expectProblem(answer, 404, 'NO_SUCH_ROUTE');
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(answer.headers.get('content-security-policy')).to.be.a('string');
    for (const name of ['x-powered-by', 'server']) expect(answer.headers.get(name)).to.equal(null);
  });

  it('about text are text: markup in a path comes back as JSON, never as HTML', async () => {
    const answer = await api.call('GET', '/api/<script>alert(1)</script>');
    expectProblem(answer, 404, 'NO_SUCH_ROUTE');
    expect(answer.text).not.to.include('<script>');
  });

  it('twenty mistakes are named, and the rest counted: no answer is many times as long as what it answers', async () => {
    const send = (fields: number) =>
      api.call('POST', '/api/auth/login', {
        body: {
          email: 'a',
          password: 'x',
          ...Object.fromEntries(Array.from({ length: fields }, (_, n) => [`k${n}`, 1])),
        },
      });
    const twenty = await send(20);
    expect(expectProblem(twenty, 400, 'INVALID_INPUT')).to.have.length(20);
    expect(twenty.json.detail).to.match(/k19 is not allowed$/);
    const many = await send(1_500);
    expect(expectProblem(many, 400, 'INVALID_INPUT'))
      .to.have.length(20)
      .and.include('k19')
      .and.not.include('k20');
    expect(many.json.detail).to.match(/; and 1480 more$/);
    expect(many.text.length).to.be.below(3_000);
  });
});
