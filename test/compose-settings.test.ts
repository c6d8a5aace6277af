/** Covers: docker-compose.yml. */
import { expect } from 'chai';
import Joi from 'joi';
import { knownVariables, settingsBySubject } from '../runtime/config.ts';
import { environmentOf, type Program } from '../runtime/system/process-settings.ts';
import { ours, references } from './support/compose-file.ts';

/** Which of our programs a container runs, by the name under which the settings of programs are known. */
const programs: Readonly<Record<string, Program>> = {
  'store/database/migrate.ts': 'migrate',
  'api/main.ts': 'api',
  'workers/main.ts': 'workers',
  'dashboard/main.ts': 'dashboard',
};

/** What a container does not need, though its program would read it. */
const notPassed: readonly { settings: RegExp; why: string; services: readonly string[] }[] = [
  {
    settings: /^((DASHBOARD_|SANDBOX_)?PORT|CHROME_PATH)$/,
    why: 'the container’s own: `ports` says where the machine shows them, and the image has one Chromium',
    services: ['api', 'workers', 'browser-worker', 'dashboard'],
  },
  { settings: /^HOST$/, why: 'nobody calls them', services: ['workers', 'browser-worker'] },
  {
    settings: /^SHUTDOWN_DEADLINE_MS$/,
    why: 'stop_grace_period is written for its default',
    services: ['api', 'workers', 'browser-worker', 'dashboard'],
  },
  {
    settings: /_(BASE|SHOP|LOGIN)_URL$|^PAYPAL_WEBHOOK_CA$/,
    why: 'in production none but the provider’s own is taken',
    services: ['api', 'workers', 'browser-worker'],
  },
  {
    settings: /^REDIS_(SENTINEL|CLUSTER_NODES|USERNAME|PASSWORD|TLS)/,
    why: 'the queues are in the container that REDIS_URL names',
    services: ['api', 'workers', 'browser-worker', 'dashboard'],
  },
  {
    settings: /^DATABASE_(DIRECT_URL|NAMED_STATEMENTS)$/,
    why: 'no pooler is between the containers and the one of the database',
    services: ['migrate', 'api', 'workers', 'browser-worker', 'dashboard'],
  },
  {
    settings: /_WEBHOOK_(SEGMENT|SECRET)$/,
    why: 'the api alone takes notifications',
    services: ['workers', 'browser-worker'],
  },
  {
    settings: /^(BROWSER_PAGES|ALIEXPRESS_USER|ALIEXPRESS_PASS)$/,
    why: 'the browser-worker alone has a browser',
    services: ['api', 'workers'],
  },
  {
    settings: /^(CHECKOUTS|NOTIFICATIONS|OPEN_CHECKOUTS)_PER_/,
    why: 'the api alone takes orders and notifications',
    services: ['dashboard'],
  },
];

describe('the settings in docker-compose.yml', () => {
  it('drops no setting of a program silently', () => {
    const everything = Object.fromEntries(knownVariables().map(name => [name, 'given']));
    for (const [name, { environment = {}, command = [] }] of ours) {
      const program = programs[command[1] ?? ''];
      if (!program) throw new Error(`${name} runs no program whose settings are known`);
      const read = Object.keys(environmentOf(program, everything));
      const without = notPassed.filter(({ services }) => services.includes(name));
      const dropped = read.filter(setting => !(setting in environment));
      const unsaid = dropped.filter(setting => !without.some(({ settings }) => settings.test(setting)));
      expect(unsaid, `read by ${name} and not passed`).to.deep.equal([]);
      for (const { settings, why } of without)
        expect(
          dropped.some(setting => settings.test(setting)),
          `${name}: ${settings}, because ${why}`,
        ).to.equal(true);
    }
  });

  it('has the defaults that the settings have', () => {
    const schemas: Joi.PartialSchemaMap = Object.assign(
      {},
      ...Object.values(settingsBySubject({ NODE_ENV: 'production' })),
    );
    const given = Object.fromEntries(
      references.filter(({ kind, text }) => kind === '-' && text !== '').map(({ name, text }) => [name, text]),
    );
    const standard = Object.fromEntries(
      Object.keys(given).map(name => [name, String(Joi.attempt(undefined, Joi.compile(schemas[name] ?? {})))]),
    );
    // Left out they are each program's to choose; a container has one.
    expect(given).to.deep.equal({ ...standard, BROWSER_PAGES: '1' });
  });
});
