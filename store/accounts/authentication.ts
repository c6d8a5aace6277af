/** Log-in and sessions, the same for both entry points (doors): the api and the dashboard. */
import { createSessionTokens } from '../../runtime/http/session-token.ts';
import { actingAsNobody } from '../database/current-actor.ts';
import type { Store } from '../database/open.ts';
import {
  beginSession,
  type Checked,
  type Door as DoorName,
  type LogInPlace,
  type Person,
  sessionLengths,
  standingSession,
} from './sessions.ts';

/** The user of a request, and the session. */
export type Session = Person & { readonly sessionId: string };

export type Door = {
  readonly seconds: number;
  /** Begins a session. @returns its token; undefined when the password was changed since it was checked */
  enter(checked: Checked, place: LogInPlace): Promise<string | undefined>;
  /**
   * The session of a token, checked with each request: it is over at once when it was ended, or when its user has
   * another role or is switched off.
   * @param byPerson false when a page asks by itself
   */
  session(token: string, byPerson?: boolean): Promise<Session | undefined>;
};

export function openDoor(store: Store, secret: string, name: DoorName): Door {
  const tokens = createSessionTokens(secret, name);
  const { seconds } = sessionLengths[name];
  return {
    seconds,
    async enter(checked, place) {
      const id = await actingAsNobody(() => store.transaction(em => beginSession(em, name, checked, place)));
      return id && tokens.sign(id, seconds);
    },
    async session(token, byPerson) {
      const sessionId = await tokens.read(token);
      const person = sessionId && (await store.write(em => standingSession(em, name, sessionId, byPerson)));
      return person ? { ...person, sessionId } : undefined;
    },
  };
}
