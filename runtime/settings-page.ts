/** `npm run docs`: writes docs/settings.md from the schemas, which alone say what a setting is called, means and may be. */
import './node-version.ts';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Joi from 'joi';
import { singleProgramVariables } from './config/single-programs.ts';
import { type Environment, settingsBySubject } from './config.ts';
import { generatedSettings } from './system/dev-settings.ts';

export const settingsFile = fileURLToPath(new URL('../docs/settings.md', import.meta.url));

const development: Environment = {};
const production: Environment = {
  NODE_ENV: 'production',
  PAYPAL_ENVIRONMENT: 'production',
  EBAY_ENVIRONMENT: 'production',
  PAYONEER_ENVIRONMENT: 'production',
};

/** What Joi says of one variable, as far as it is shown. */
type Described = {
  readonly type: string;
  readonly flags?: { readonly default?: unknown; readonly presence?: string; readonly only?: boolean } & {
    readonly unit?: string;
    readonly description?: string;
  };
  readonly allow?: readonly string[];
  readonly rules?: readonly {
    readonly name: string;
    readonly args?: { limit?: number; encoding?: string; options?: { scheme?: string[] } };
  }[];
};
type Variables = Readonly<Record<string, Described>>;

const describe = (variables: Joi.PartialSchemaMap): Variables => Joi.object(variables).describe().keys as Variables;

/** The whole text of docs/settings.md. @throws when a variable has no description */
export function settingsPage(): string {
  const inProduction = settingsBySubject(production);
  const sections = Object.entries(settingsBySubject(development)).map(([subject, variables]) =>
    section(subject, describe(variables), describe(inProduction[subject] ?? {})),
  );
  const single = describe(singleProgramVariables());
  return [head, ...sections, section('Read by one program alone', single, single), foot].join('\n');
}

const section = (subject: string, here: Variables, there: Variables): string => {
  const rows = Object.entries(here).map(([name, described]) => row(name, described, there[name] ?? described));
  return [`## ${subject}\n`, '| variable | default | values | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
};

function row(name: string, here: Described, there: Described): string {
  const meaning = here.flags?.description;
  if (!meaning) throw new Error(`${name} has no description in its schema`);
  const generated = generatedSettings(development).includes(name);
  const [standard, inProduction] = [generated ? 'generated' : defaultOf(here), defaultOf(there)];
  const shown = standard === inProduction ? standard : `${standard}; in production ${inProduction}`;
  return `| \`${name}\` | ${shown} | ${valuesOf(here)} | ${meaning.replaceAll('|', '\\|')} |`;
}

function defaultOf({ flags = {} }: Described): string {
  if (flags.presence === 'required') return 'required';
  if (flags.presence === 'forbidden') return 'not allowed';
  if (flags.default === undefined) return 'none';
  const { default: standard, unit } = flags;
  return `\`${standard}\`${unit === 'ms' && Number(standard) >= 1_000 ? ` (${inWords(Number(standard))})` : ''}`;
}

const spans = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

function inWords(milliseconds: number): string {
  const [unit, size] = spans.find(([, of]) => milliseconds % of === 0) ?? ['ms', 1];
  return `${milliseconds / size} ${unit}`;
}

function valuesOf({ type, flags, allow, rules = [] }: Described): string {
  if (flags?.only) return (allow ?? []).map(value => `\`${value}\``).join(', ');
  if (type === 'boolean') return '`true`, `false`';
  const limit = (name: string) => rules.find(rule => rule.name === name)?.args?.limit;
  const has = (name: string) => rules.some(rule => rule.name === name);
  if (has('port')) return 'a port';
  if (type === 'number') {
    const least = has('sign') ? 'more than 0' : limit('min');
    return `${least} to ${limit('max')}${flags?.unit ? ` ${flags.unit}` : ''}`;
  }
  if (has('email')) return 'e-mail address';
  const schemes = rules.find(({ name }) => name === 'uri')?.args?.options?.scheme;
  if (has('uri')) return `${schemes ? `${schemes.join(' or ')} ` : ''}address`;
  const [shortest, longest] = [limit('min'), limit('max')];
  if (shortest === undefined && longest === undefined) return 'text';
  const size = rules.some(({ args }) => args?.encoding) ? 'bytes' : 'characters';
  if (longest === undefined) return `${shortest} ${size} or more`;
  return shortest === undefined ? `up to ${longest} ${size}` : `${shortest} to ${longest} ${size}`;
}

const head = `# Settings

<!-- Written by \`npm run docs\` from the schemas in runtime/config/: change it there. -->

Settings are environment variables. Each process reads them once, when it starts, and reports every mistake at once. An
empty variable counts as not set. A misspelt name stops the start.

- **generated**: outside production, \`npm start\` and the demo invent the value and keep it in \`.data/secrets.json\`. No
  secret has a default, and in production none is generated.
- **in production**: with \`NODE_ENV=production\`, and the provider's \`…_ENVIRONMENT\` set to \`production\`. A provider
  address other than the provider's own is refused there, so that no credentials can reach anybody else.
- An admin may also enter the keys of a provider with \`PUT /api/admin/providers/:provider\`. Those win over the environment
  from the next start of the api and the workers.
`;

const foot = `## The roles in the database

| role | may | who logs in as it |
|---|---|---|
| the administrator, whom \`MIGRATION_DATABASE_URL\` names | make roles; it owns the database or is a superuser | \`npm run migrate\` alone |
| \`orders_owner\` | everything with our tables and the queues | nobody; the migrations run as it |
| the application, whom \`DATABASE_URL\` names: \`orders_app\` | read and write rows; in append-only tables read and add them | every process |

\`npm run migrate\` makes the last two, gives the owner what an earlier release had made as the administrator, and says after
every migration what the application may. It may run at any time, and again. A system of an earlier release, whose
\`DATABASE_URL\` names the administrator, needs both addresses before its next start: the old one becomes
\`MIGRATION_DATABASE_URL\`, and \`DATABASE_URL\` names a new role with a new password. \`npm start\` without a database of your
own does all of this by itself. A new password in \`DATABASE_URL\` holds from the next migration on.

## A new release

Stop all processes of the older release before \`npm run migrate\`: they cannot read what the new ones have sealed. Make a
backup first: once anything that names a buyer is sealed, there is no way back to the older release but that backup.

## Changing the encryption key

1. Give every process both keys, the new one *last*, and restart them. From now on every process can open both.
2. Put the new key *first*, and restart the processes again. New secrets are sealed with it.
3. \`npm run rotate-keys\` seals the old secrets and what names buyers again, and says which keys are no longer in use.

A process that opens what is sealed (the api, the workers and the dashboard) and is started with a wrong or a missing key
names that key and does not start.

## docker compose

\`docker-compose.yml\` asks for the required settings in a file \`.env\` beside it, and for three passwords:
\`DATABASE_PASSWORD\` of the processes at the database, \`POSTGRES_PASSWORD\` of its administrator, and \`VALKEY_PASSWORD\` of
the queues. All become part of an address: letters, digits, \`-\` and \`_\` only.

Images are named by their tags, which get their security fixes by themselves. To pin what was tried,
\`docker compose config --resolve-image-digests\` names the digests of PostgreSQL and Valkey, and
\`docker buildx imagetools inspect node:24-slim\` that of the image that the Dockerfile starts from.
`;

if (import.meta.main) writeFileSync(settingsFile, settingsPage());
