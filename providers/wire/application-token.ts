import type { HttpAnswer } from './http.ts';

/** An access token of our own application, with its life as the provider states it. */
export type GrantedToken = { accessToken: string; expiresInSeconds: number };

/** Renewed a minute early, so that a token does not expire on its way. */
const marginMs = 60_000;

/**
 * Holds one application token. Callers that come while it is being fetched share that one fetch, so none of their
 * signals can abort it.
 */
export function createApplicationToken(fetchToken: () => Promise<GrantedToken>, now: () => number = Date.now) {
  let held: { token: Promise<string>; expiresAt: number } | undefined;

  return {
    get(): Promise<string> {
      if (held && now() < held.expiresAt) return held.token;
      const granted = fetchToken();
      const entry = { token: granted.then(({ accessToken }) => accessToken), expiresAt: Number.POSITIVE_INFINITY };
      held = entry;
      granted.then(
        ({ expiresInSeconds }) => {
          entry.expiresAt = now() + expiresInSeconds * 1000 - marginMs;
        },
        () => {
          if (held === entry) held = undefined; // the callers get the error through entry.token
        },
      );
      return entry.token;
    },

    /** Forgets a refused token, unless a newer one has taken its place meanwhile. */
    async drop(refused: string): Promise<void> {
      const entry = held;
      if (entry && (await entry.token) === refused && held === entry) held = undefined;
    },
  };
}

export type ApplicationToken = ReturnType<typeof createApplicationToken>;

/** Makes a call with the token. A refused token is dropped and the call repeated once; a second 401 is returned. */
export async function withToken(token: ApplicationToken, ask: (accessToken: string) => Promise<HttpAnswer>) {
  const first = await token.get();
  const answer = await ask(first);
  if (answer.status !== 401) return answer;
  await token.drop(first);
  return ask(await token.get());
}
