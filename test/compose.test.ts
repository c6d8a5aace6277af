/** Covers: docker-compose.yml, Dockerfile. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { parse } from 'yaml';
import { queueNames } from '../queues/catalogue.ts';
import {
  type Environment,
  knownVariables,
  readConfig,
  readDashboardConfig,
  readProcessConfig,
  readWorkerConfig,
} from '../runtime/config.ts';
import { compose, ours, references, services, source } from './support/compose-file.ts';
import { composeSchema } from './support/compose-schema.ts';
import { testEnvironment } from './support/environment.ts';

type Profile = {
  defaultAction: string;
  syscalls: { names: string[]; action: string; args?: object[]; includes?: object }[];
};
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const exists = (path: string) => existsSync(new URL(`../${path}`, import.meta.url));

/** How each of our programs reads its settings. */
const readers: Readonly<Record<string, (env: Environment) => object>> = {
  'store/database/migrate.ts': readProcessConfig,
  'api/main.ts': readConfig,
  'workers/main.ts': readWorkerConfig,
  'dashboard/main.ts': readDashboardConfig,
};

/** Of the other containers; no process of ours reads these. */
const infrastructure = ['DATABASE_PASSWORD', 'POSTGRES_PASSWORD', 'VALKEY_PASSWORD'];

describe('docker-compose.yml', () => {
  it('keeps to the Compose Specification', () => {
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(composeSchema);
    expect(validate(parse(source, { merge: true })), JSON.stringify(validate.errors)).to.equal(true);
    const misspelt = { services: { api: { image: 'x', healthchek: {} } } };
    expect(validate(misspelt), 'the schema itself notices a mistake').to.equal(false);
  });

  it('names variables that exist, and gives every container of ours a whole configuration', () => {
    const known = knownVariables();
    for (const [name, { environment = {}, command = [] }] of ours) {
      for (const variable of Object.keys(environment)) expect(known, name).to.include(variable);
      const read = readers[command[1] ?? ''];
      expect(read, name).to.be.a('function');
      expect(() => read?.(filledIn(environment)), name).not.to.throw();
    }
    for (const { name } of references) expect([...known, ...infrastructure]).to.include(name);
  });

  /** What a system does without is empty, and then switched off. */
  const isOptional = (name: string) =>
    name.startsWith('PAYONEER_') ||
    name.endsWith('_WEBHOOK_SEGMENT') ||
    ['METRICS_TOKEN', 'ALIEXPRESS_PASS'].includes(name);

  it('lets the migration alone administer the database', () => {
    const administers = ours.filter(([, { environment }]) => JSON.stringify(environment).includes('POSTGRES_PASSWORD'));
    expect(administers.map(([name]) => name)).to.deep.equal(['migrate']);
    for (const [name, { environment }] of ours)
      expect(environment?.DATABASE_URL, name).to.match(/^postgresql:\/\/orders_app:/);
  });

  it('asks for every secret and has a default for none', () => {
    const secrets = references.filter(({ name }) =>
      /SECRET|PASS|KEY|TOKEN(?!_REFRESH_LEAD_MS)|CLIENT_ID|WEBHOOK_ID/.test(name),
    );
    expect(secrets).to.have.length.greaterThan(10);
    for (const { name, kind, text } of secrets) {
      if (isOptional(name)) expect({ kind, text }, name).to.deep.equal({ kind: '-', text: '' });
      else expect(kind === '?' && text, name).to.have.length.greaterThan(5);
    }
    expect(source).not.to.match(/^\s+\w*(PASSWORD|SECRET|KEY|TOKEN): *[^$\s]/m);
  });

  it('gives each container no secret but those that its program needs', () => {
    const ofDatabase = ['DATABASE_URL'];
    const ofQueues = ['REDIS_URL'];
    const ofProviders = Object.keys(compose.services.workers?.environment ?? {}).filter(name =>
      /^(PAYPAL|EBAY|MERCADOLIBRE|ALIEXPRESS|PAYONEER)_.*(ID|SECRET|KEY|TOKEN)$/.test(name),
    );
    expect(ofProviders).to.have.length.greaterThan(9);
    const ofTrade = [...ofDatabase, ...ofQueues, ...ofProviders, 'ENCRYPTION_KEY'];
    const ofWebhooks = ['ALIEXPRESS_WEBHOOK_SEGMENT', 'MERCADOLIBRE_WEBHOOK_SEGMENT', 'PAYONEER_WEBHOOK_SECRET'];
    const allowed: Record<string, string[]> = {
      migrate: [...ofDatabase, 'MIGRATION_DATABASE_URL'],
      dashboard: [...ofDatabase, ...ofQueues, 'JWT_SECRET', 'ENCRYPTION_KEY'],
      workers: ofTrade,
      'browser-worker': [...ofTrade, 'ALIEXPRESS_PASS'],
      api: [...ofTrade, ...ofWebhooks, 'JWT_SECRET', 'METRICS_TOKEN'],
      postgres: ['POSTGRES_PASSWORD'],
      valkey: ['VALKEY_PASSWORD'],
    };
    for (const [name, { environment = {} }] of services) {
      const secrets = Object.keys(environment).filter(
        variable =>
          /SECRET|PASS|KEY|TOKEN(?!_REFRESH_LEAD_MS)|SEGMENT|_ID$/.test(variable) || variable.endsWith('_URL'),
      );
      const open = ['PUBLIC_URL', 'FX_SOURCE_URL'];
      expect(
        secrets.filter(variable => !open.includes(variable)),
        name,
      ).to.have.members(allowed[name] ?? []);
    }
  });

  it('asks which proxies are believed, of those where people log in', () => {
    for (const name of ['api', 'dashboard'])
      expect(compose.services[name]?.environment?.TRUSTED_PROXIES).to.match(/^\$\{TRUSTED_PROXIES:\?.+\}$/);
  });

  it('takes every right away that a container does not need', () => {
    for (const [name, service] of services) {
      expect(service.cap_drop, name).to.deep.equal(['ALL']);
      expect(service.security_opt, name).to.include('no-new-privileges:true');
      expect(service.read_only, name).to.equal(true);
      expect(
        service.tmpfs?.map(mount => mount.split(':')[0]),
        name,
      ).to.include('/tmp');
      expect(service.privileged, name).to.equal(undefined);
      if (service.build) expect(service, name).not.to.have.any.keys('cap_add', 'user');
    }
    expect(source).not.to.contain('unconfined');
  });

  it('lets Chromium have its own sandbox: its container’s profile allows user namespaces, and no mount', () => {
    const [, path = ''] =
      compose.services['browser-worker']?.security_opt
        ?.map(option => option.split('='))
        .find(([key]) => key === 'seccomp') ?? [];
    const profile = JSON.parse(read(path)) as Profile;
    expect(profile.defaultAction).to.equal('SCMP_ACT_ERRNO');
    const free = profile.syscalls.filter(({ args, includes }) => !args && !includes);
    for (const { action } of profile.syscalls) expect(action).to.equal('SCMP_ACT_ALLOW');
    const names = free.flatMap(rule => rule.names);
    expect(names).to.include.members(['read', 'execve', 'clone', 'setns', 'unshare', 'chroot']);
    for (const forbidden of [
      'mount',
      'umount2',
      'pivot_root',
      'move_mount',
      'bpf',
      'keyctl',
      'init_module',
      'io_uring_setup',
    ])
      expect(names, forbidden).not.to.include(forbidden);
  });

  it('runs files that exist', () => {
    const commands = ours.flatMap(([, { command = [], healthcheck }]) => [
      command,
      ...(healthcheck ? [healthcheck.test.slice(1)] : []),
    ]);
    for (const [program, file = ''] of commands) {
      expect(program).to.equal('node');
      expect(exists(file), file).to.equal(true);
    }
    const scripts = Object.values((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts);
    for (const [name, { command = [] }] of ours) expect(scripts, name).to.include(command.slice(0, 2).join(' '));
  });

  it('serves every queue once', () => {
    const served = ours
      .map(([, { command = [] }]) => command)
      .filter(command => command.includes('--queues'))
      .flatMap(command => command.at(-1)?.split(',') ?? []);
    expect(served).to.have.members([...queueNames]);
    expect(compose.services['browser-worker']?.command).to.include('purchase-fallback,track-in-browser');
  });

  it('depends on what is there, restarts all, and looks after everything with a port', () => {
    for (const [name, { depends_on = {}, volumes = [], restart, ports, healthcheck }] of services) {
      for (const needed of Object.keys(depends_on)) expect(compose.services, name).to.have.property(needed);
      for (const volume of volumes) expect(compose.volumes, name).to.have.property(volume.split(':')[0] ?? '');
      expect(restart, name).to.equal(name === 'migrate' ? 'on-failure' : 'unless-stopped');
      if (ports) expect(healthcheck, name).not.to.equal(undefined);
      for (const port of ports ?? []) expect(port, name).to.match(/^127\.0\.0\.1:/);
    }
  });

  it('keeps jobs over a restart and never evicts one', () => {
    expect(compose.services.valkey?.command?.join(' '))
      .to.include('--appendonly yes')
      .and.include('--maxmemory-policy noeviction');
  });

  /** What the container sees when the asked-for values are given. */
  function filledIn(environment: Record<string, string>): Environment {
    const given: Environment = {
      ...testEnvironment(),
      PUBLIC_URL: 'https://shop.example.com',
      PAYPAL_ENVIRONMENT: 'production',
      EBAY_ENVIRONMENT: 'production',
      DATABASE_PASSWORD: 'd',
      TRUSTED_PROXIES: '172.18.0.1',
      POSTGRES_PASSWORD: 'p',
      VALKEY_PASSWORD: 'v',
      LOG_LEVEL: 'info',
    };
    const fill = (value: string) =>
      value.replace(
        /\$\{(\w+)(?::([?-])([^}]*))?\}/g,
        (_whole, name, kind, text) => given[name] ?? (kind === '-' ? text : ''),
      );
    return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(String(value))]));
  }
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile')
    .split('\n')
    .filter(line => /^[A-Z]+ /.test(line));
  const arguments_ = (instruction: string) =>
    lines.filter(line => line.startsWith(`${instruction} `)).map(line => line.slice(instruction.length + 1));

  it('is a slim Node 24 that runs as an ordinary user', () => {
    expect(arguments_('FROM')).to.deep.equal(['node:24-slim']);
    expect(arguments_('USER')).to.deep.equal(['node']);
    expect(lines.indexOf('USER node')).to.be.greaterThan(lines.findIndex(line => line.startsWith('RUN')));
  });

  it('copies and runs what exists, and nothing that belongs to development', () => {
    const copied = arguments_('COPY').flatMap(paths => paths.split(' ').slice(0, -1));
    expect(copied.filter(path => !exists(path))).to.deep.equal([]);
    const [, main = ''] = JSON.parse(arguments_('CMD')[0] ?? '[]') as string[];
    expect(exists(main), main).to.equal(true);
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).to.include.members(['.git', '.data', 'node_modules', 'sandbox', 'test', 'bench', 'demo', 'storm']);
    expect(ignored).to.include.members(['**/.env', '**/.env.*', '**/*.pem', '**/*.key']);
    expect(copied.filter(path => ignored.includes(path))).to.deep.equal([]);
  });
});
