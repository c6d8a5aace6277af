import { type Call, type Json, Refused, talkTo } from './http.ts';

/** A user who logs in again when the session has ended, as a jump of the clock makes it do. */
export type Member = {
  readonly id: string;
  readonly call: Call;
  /** The token of a valid session. */
  token(): Promise<string>;
};

const isOver = (error: unknown): boolean => error instanceof Refused && error.status === 401;

export async function logIn(api: string, email: string, password: string, patienceMs: number): Promise<Member> {
  const begin = async () => {
    const { token, user } = await talkTo(api, {}, patienceMs)('POST', '/api/auth/login', { email, password });
    const call = talkTo(api, { authorization: `Bearer ${token}` }, patienceMs);
    return { id: String((user as Json).id), token: String(token), call };
  };
  let session = await begin();
  let renewal: Promise<void> | undefined;
  /** Logs in once for all calls that find the session ended. */
  const renew = () =>
    (renewal ??= begin().then(begun => {
      session = begun;
      renewal = undefined;
    }));
  const call: Call = (...asked) =>
    session.call(...asked).catch(async (error: unknown) => {
      if (!isOver(error)) throw error;
      await renew();
      return session.call(...asked);
    });
  return {
    id: session.id,
    call,
    token: async () => {
      await call('GET', '/api/auth/me');
      return session.token;
    },
  };
}
