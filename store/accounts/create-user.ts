/** `npm run create-user -- --role admin [--if-missing]`, with ADMIN_EMAIL and ADMIN_PASSWORD in the environment. */
import '../../runtime/node-version.ts';
import { parseArgs } from 'node:util';
import { readProcessConfig } from '../../runtime/config.ts';
import { hashPassword, passwordMatches } from '../../runtime/secrets/password.ts';
import { actingAs } from '../database/current-actor.ts';
import { openProcessStore } from '../database/open.ts';
import type { Role } from '../entities/people.ts';
import { assertStrong, givenUser } from './given-user.ts';
import { addUser, findUserByEmail } from './users.ts';

const { values } = parseArgs({
  options: { role: { type: 'string', default: 'admin' }, 'if-missing': { type: 'boolean', default: false } },
});
const role = roleIn(values.role);
const given = givenUser();
const { email, password } = given;

const store = await openProcessStore(readProcessConfig(), 1);
try {
  const existing = await store.read(em => findUserByEmail(em, email));
  if (!existing) await create();
  else if (!values['if-missing']) throw new Error(`${email} exists already`);
  else if (!(await passwordMatches(password, existing.passwordHash)))
    process.stderr.write(`${email} has another password than ADMIN_PASSWORD: npm run set-password changes it\n`);
} finally {
  await store.close();
}

async function create(): Promise<void> {
  assertStrong(given);
  const passwordHash = await hashPassword(password);
  const deed = { operator: 'the command line', action: 'create a user', target: { user: email } };
  await actingAs({ ...deed, source: '', sessionId: null }, () =>
    store.transaction(em => addUser(em, { email, passwordHash, role, payoutReceiver: null })),
  );
}

function roleIn(text: string): Role {
  if (text === 'admin' || text === 'reseller') return text;
  throw new Error(`--role is admin or reseller, not ${text}`);
}
