import { expect } from 'chai';
import { createApplicationToken, type GrantedToken, withToken } from '../../../providers/wire/application-token.ts';
import { thrownBy } from '../thrown-by.ts';

describe('application token', () => {
  const counting = (grant: (count: number) => GrantedToken | Error) => {
    let count = 0;
    let nowMs = 0;
    const token = createApplicationToken(
      async () => {
        count += 1;
        const granted = grant(count);
        if (granted instanceof Error) throw granted;
        return granted;
      },
      () => nowMs,
    );
    const later = (ms: number) => {
      nowMs += ms;
    };
    return { token, fetches: () => count, later };
  };
  const named = (count: number): GrantedToken => ({ accessToken: `token ${count}`, expiresInSeconds: 3600 });

  it('is fetched once for callers that come together', async () => {
    const { token, fetches } = counting(named);
    expect(await Promise.all([token.get(), token.get(), token.get()])).to.deep.equal(Array(3).fill('token 1'));
    expect(fetches()).to.equal(1);
  });

  it('is renewed a minute before it expires', async () => {
    const { token, later } = counting(named);
    await token.get();
    later(3_539_999);
    expect(await token.get()).to.equal('token 1');
    later(1);
    expect(await token.get()).to.equal('token 2');
  });

  it('is asked for again after a fetch that failed', async () => {
    const { token } = counting(count => (count === 1 ? new Error('down') : named(count)));
    expect(await thrownBy(() => token.get())).to.have.property('message', 'down');
    expect(await token.get()).to.equal('token 2');
  });

  it('is not lost when an older one is dropped late', async () => {
    const { token, fetches } = counting(named);
    const first = await token.get();
    await token.drop(first);
    const second = await token.get();
    await token.drop(first);
    expect(await token.get()).to.equal(second);
    expect(fetches()).to.equal(2);
  });

  it('is replaced once when it is refused, and no more', async () => {
    const { token } = counting(named);
    const used: string[] = [];
    const answer = await withToken(token, async accessToken => {
      used.push(accessToken);
      return { status: 401, headers: {}, body: '' };
    });
    expect(answer.status).to.equal(401);
    expect(used).to.deep.equal(['token 1', 'token 2']);
  });
});
