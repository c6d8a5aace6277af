/**
 * `npm run set-password`, with ADMIN_EMAIL and ADMIN_PASSWORD in the environment: a new password for a user who exists. It
 * ends their sessions, and is the way back in when nobody else is left to reset it.
 */
import '../../runtime/node-version.ts';
import { readProcessConfig } from '../../runtime/config.ts';
import { hashPassword } from '../../runtime/secrets/password.ts';
import { actingAs } from '../database/current-actor.ts';
import { openProcessStore } from '../database/open.ts';
import { setPassword, switchOn } from './accounts.ts';
import { assertStrong, givenUser } from './given-user.ts';
import { findUserByEmail } from './users.ts';

const given = givenUser();
assertStrong(given);
const { email, password } = given;
const store = await openProcessStore(readProcessConfig(), 1);
try {
  const passwordHash = await hashPassword(password);
  const deed = { operator: 'the command line', action: 'set the password', target: { user: email } };
  await actingAs({ ...deed, source: '', sessionId: null }, () =>
    store.transaction(async em => {
      const user = await findUserByEmail(em, email);
      if (!user) throw new Error(`there is no user ${email}: npm run create-user makes one`);
      await setPassword(em, user.id, passwordHash);
      await switchOn(em, user.id);
    }),
  );
  process.stdout.write(`${email} has the new password, and is logged in nowhere any more\n`);
} finally {
  await store.close();
}
