/** `npm run create-user -- --role admin [--if-missing]`, with ADMIN_EMAIL and ADMIN_PASSWORD in the environment. */
import '../runtime/node-version.ts';
import { parseArgs } from 'node:util';
import { readConfig } from '../runtime/config.ts';
import { hashPassword } from '../runtime/password.ts';
import type { Role } from './entities/people.ts';
import { openStore } from './open.ts';
import { addUser } from './users.ts';

const passwordLengthMin = 12;

const { values } = parseArgs({
  options: { role: { type: 'string', default: 'admin' }, 'if-missing': { type: 'boolean', default: false } },
});
const isRole = (text: string): text is Role => text === 'admin' || text === 'reseller';
const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
const role = values.role;
if (!isRole(role)) throw new Error(`--role is admin or reseller, not ${role}`);
if (!email || !password) throw new Error('ADMIN_EMAIL and ADMIN_PASSWORD name the user to create');
if (password.length < passwordLengthMin) throw new Error(`ADMIN_PASSWORD has at least ${passwordLengthMin} characters`);

const store = await openStore(readConfig().databaseUrl, 1);
try {
  const passwordHash = await hashPassword(password);
  const user = await store.transaction(em => addUser(em, { email, passwordHash, role, payoutReceiver: null }));
  if (!user && !values['if-missing']) throw new Error(`${email} exists already`);
} finally {
  await store.close();
}
