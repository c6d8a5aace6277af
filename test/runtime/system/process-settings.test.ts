import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { readConfig, readDashboardConfig, readProcessConfig, readWorkerConfig } from '../../../runtime/config.ts';
import { environmentOf, type Program } from '../../../runtime/system/process-settings.ts';
import { temporaryFolder } from '../../../runtime/system/started-processes.ts';
import { startSystem } from '../../../runtime/system/supervisor.ts';
import { credentialsFrom } from '../../../sandbox/credentials.ts';
import { testEnvironment } from '../../support/environment.ts';

/** Whoever has these has more than a program needs to do its work. */
const secrets = [
  ...['JWT_SECRET', 'ENCRYPTION_KEY', 'DATABASE_URL', 'DATABASE_DIRECT_URL', 'MIGRATION_DATABASE_URL'],
  ...['REDIS_URL', 'REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD'],
  ...['METRICS_TOKEN', 'ADMIN_PASSWORD'],
  ...[
    'PAYPAL_CLIENT_SECRET',
    'EBAY_CLIENT_SECRET',
    'ALIEXPRESS_APP_SECRET',
    'ALIEXPRESS_PASS',
    'AWS_SECRET_ACCESS_KEY',
  ],
];
const ofQueues = ['REDIS_URL', 'REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD'];
const ofProviders = ['PAYPAL_CLIENT_SECRET', 'EBAY_CLIENT_SECRET', 'ALIEXPRESS_APP_SECRET'];

const needed: Record<Program, readonly string[]> = {
  sandbox: ofProviders,
  api: ['JWT_SECRET', 'ENCRYPTION_KEY', 'DATABASE_URL', 'METRICS_TOKEN', ...ofQueues, ...ofProviders],
  workers: ['ENCRYPTION_KEY', 'DATABASE_URL', 'ALIEXPRESS_PASS', ...ofQueues, ...ofProviders],
  // It shows buyers' addresses, which are sealed.
  dashboard: ['JWT_SECRET', 'ENCRYPTION_KEY', 'DATABASE_URL', ...ofQueues],
  migrate: ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'MIGRATION_DATABASE_URL'],
  user: ['DATABASE_URL', 'ADMIN_PASSWORD'],
};
const programs = Object.keys(needed) as Program[];

const secretsIn = (names: readonly string[]) => names.filter(name => secrets.includes(name));

describe('what each process is told', () => {
  const everything = testEnvironment({
    PATH: '/bin',
    LD_LIBRARY_PATH: '/lib/of-this-machine',
    NODE_EXTRA_CA_CERTS: '/company.pem',
    REDIS_URL: 'redis://127.0.0.1:6379',
    METRICS_TOKEN: 'of-the-metrics-alone',
    ADMIN_EMAIL: 'admin@example.com',
    ADMIN_PASSWORD: 'violet otter under a tin roof',
    ALIEXPRESS_USER: 'buyer@example.com',
    ALIEXPRESS_PASS: 'of-the-buyer',
    AWS_SECRET_ACCESS_KEY: 'of-somebody-else',
    MIGRATION_DATABASE_URL: 'postgresql://administrator@127.0.0.1/postgres',
    PAYONEER_CLIENT_ID: 'payoneer-client',
    PAYONEER_CLIENT_SECRET: 'payoneer-secret',
    PAYONEER_PROGRAM_ID: '100',
  });

  for (const program of programs)
    it(`is for ${program} only the secrets that it needs`, () => {
      const passwords = {
        DATABASE_DIRECT_URL: 'postgresql://127.0.0.1/app',
        REDIS_PASSWORD: 'of-the-queues',
        REDIS_SENTINEL_PASSWORD: 'of-the-sentinels',
      };
      const env = environmentOf(program, { ...everything, ...passwords });
      expect(secretsIn(Object.keys(env))).to.have.members(needed[program]);
      expect(env).to.include({
        PATH: '/bin',
        LD_LIBRARY_PATH: '/lib/of-this-machine',
        NODE_EXTRA_CA_CERTS: '/company.pem',
      });
    });

  it('is enough for each of them to start', () => {
    expect(() => credentialsFrom(environmentOf('sandbox', everything))).not.to.throw();
    readConfig(environmentOf('api', everything));
    expect(readWorkerConfig(environmentOf('workers', everything)).platformBuyer?.password).to.equal('of-the-buyer');
    readDashboardConfig(environmentOf('dashboard', everything));
    for (const program of ['migrate', 'user'] as const) readProcessConfig(environmentOf(program, everything));
  });

  if (process.platform === 'linux')
    it('is that and nothing else in a system that runs', async function () {
      this.timeout(60_000);
      await using system = await startSystem({
        env: {
          ...everything,
          DATABASE_URL: undefined,
          MIGRATION_DATABASE_URL: undefined,
          REDIS_URL: undefined,
          NODE_ENV: undefined,
          NODE_EXTRA_CA_CERTS: undefined,
          PATH: process.env.PATH,
          LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
        },
        dataFolder: temporaryFolder('system'),
        ports: { api: 0, dashboard: 0, sandbox: 0 },
        log: new PassThrough().resume(),
        removeData: true,
      });
      expect(system.processes.map(({ name }) => name)).to.have.members(['sandbox', 'api', 'workers', 'dashboard']);
      for (const { name, pid } of system.processes) {
        const told = readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .map(line => line.split('=')[0] ?? '');
        const expected = needed[name as Program].filter(secret => !ofQueues.includes(secret));
        expect(secretsIn(told), name).to.have.members(expected);
      }
    });
});
