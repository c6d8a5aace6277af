import { importsOf } from './import-graph.ts';

/** A source file of ours: its path from the top of the project, and its text. */
export type SourceFile = { readonly path: string; readonly text: string };

/** Looks at one file and tells what is wrong with it. */
export type TidyRule = (file: SourceFile) => string[];

/**
 * Who may import whom, beside itself. Nobody imports `test`, `bench` or `storm`, and only the storm the demo, whose
 * scenarios it plays; `test` and `bench` import anything.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: ['domain', 'queues', 'store', 'runtime', 'providers', 'transactions'],
  dashboard: ['domain', 'queues', 'store', 'runtime', 'transactions'],
  demo: ['domain', 'queues', 'store', 'runtime'],
  domain: [],
  migrations: [],
  providers: ['domain', 'runtime'],
  queues: ['domain', 'store', 'runtime'],
  runtime: [],
  sandbox: ['runtime'],
  store: ['domain', 'runtime', 'migrations'],
  storm: ['demo', 'domain', 'queues', 'store', 'runtime'],
  transactions: ['domain', 'queues', 'store', 'runtime'],
  workers: ['domain', 'queues', 'store', 'runtime', 'providers', 'transactions'],
};
const importAnything = ['test', 'bench'];

/** The api verifies webhooks, plays OAuth and calls PayPal's checkout; it reads no orders at marketplaces and buys nothing. */
const ofProvidersForApi = /^providers\/(paypal\/|(gate|wire|webhook)\/|[\w-]+\.ts$|\w+\/(webhook|client|consent)\.ts$)/;

const folderOf = (path: string) => path.split('/')[0] ?? '';

export const importsWhatItMay: TidyRule = file => {
  const folder = folderOf(file.path);
  if (importAnything.includes(folder)) return [];
  const allowed = mayImport[folder];
  if (!allowed) return [`is in ${folder}, for which there is no import rule`];
  return importsOf(file)
    .filter(target => {
      if (folderOf(target) === folder) return false;
      if (!allowed.includes(folderOf(target))) return true;
      return folder === 'api' && folderOf(target) === 'providers' && !ofProvidersForApi.test(target);
    })
    .map(target => `imports ${target}`);
};

const linesMax = 300;

/** A longer one says in its first lines why: `over 300 lines because …`. */
export const isShort: TidyRule = ({ text }) => {
  const lines = text.trimEnd().split('\n');
  const excused = /over 300 lines because \w/.test(lines.slice(0, 5).join('\n'));
  return lines.length <= linesMax || excused ? [] : [`has ${lines.length} lines`];
};

const namelessFolders = ['src', 'utils', 'util', 'helpers', 'common', 'services', 'lib', 'misc'];

export const hasName: TidyRule = ({ path }) => {
  const parts = path.replace(/\.\w+$/, '').split('/');
  return parts.filter(part => namelessFolders.includes(part)).map(part => `lies in or is called ${part}`);
};

export const isKebabCase: TidyRule = ({ path }) =>
  path.split('/').every(part => /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(part)) ? [] : ['is not named in kebab-case'];

type BannedText = { pattern: RegExp; why: string; in?: RegExp; except?: RegExp };

const ownClock =
  'tells the time by a clock of its own: ask the database’s (ctx.now(), deps.now(), timeOf(em), clock_now())';

/** Each with what to do instead. */
const banned: readonly BannedText[] = [
  { pattern: /\b(describe|context|it)\.only\(/, why: 'runs one test only' },
  {
    pattern: /\b(this|context)\.skip\(/,
    why: 'skips when hooks have run, and those after it run on what was not set up: declare it as skipped',
    in: /^test\//,
  },
  {
    pattern: /\bconsole\.(log|info|debug)\(/,
    why: 'writes past the logger',
    except: /^(demo|bench)\/|^(runtime\/start|sandbox\/main)\.ts$|^test\/runtime\//, // there it is child processes that write
  },
  {
    pattern: /timers\/promises|\bsleep\(|setTimeout\(\s*(resolve|done|ok|r)\b/,
    why: 'sleeps: wait with until()',
    in: /^test\//,
    // `until` itself, the leak check, and a test whose child processes are slow on purpose.
    except: /^test\/(support\/(until|open-resources)|runtime\/shutdown\.test)\.ts$/,
  },
  {
    pattern: /new Date\(\)|Date\.now\(|clock_timestamp\(|current_timestamp/,
    why: ownClock,
    in: /^(api|dashboard|domain|queues|store|transactions|workers)\/|^migrations\/(0029|00[3-9]\d)/,
    // The clock itself, and the migration that makes the function; who waits no longer than so long, by a stopwatch of
    // its own; and BullMQ's, by which it delays its jobs.
    except:
      /^store\/database\/(clock|migrate)\.ts$|^migrations\/0029-one-clock\.ts$|^api\/routes\/wait-for\.ts$|^workers\/browser\/locate\.ts$|^workers\/host\/host\.ts$/,
  },
  {
    pattern: /(?<!clock_|\.)\bnow\(\)/,
    why: ownClock,
    in: /^(store|queues|transactions)\/|^migrations\/(0029|00[3-9]\d)/,
    // Who waits for a database to start, the sweep's own `now`, and the migration that makes the function.
    except: /^store\/database\/(clock|migrate)\.ts$|^queues\/sweep\.ts$|^migrations\/0029-one-clock\.ts$/,
  },
  {
    pattern: /\.(click|type|tap|press|select|goto)\(/,
    why: 'types, clicks or goes somewhere past the check that the page is the shop’s: workers/browser/locate.ts asks it',
    in: /^workers\//,
    except: /^workers\/browser\/(locate|pages\/log-in)\.ts$/,
  },
  {
    pattern:
      /\bruntime\/config|\b(WorkerConfig|Config|Context|Surroundings)\b|\.(read|write|transaction)\(|\btransact\(/,
    why: 'reads the configuration, or begins a transaction: a business transaction is handed its values, and is part of its caller’s',
    in: /^transactions\//,
  },
  {
    pattern:
      /['"`](paid|fee|fee-currency|refund|reversal|return|dispute-fee|kept|unkept|bought|cancelled|refunded|lost|booked|shrunk|regained|voided|leg|leg-back|leg-fee|paid-out|found|converted)(:(?! )|%)/,
    why: 'spells the name of a ledger event: domain/ledger-event.ts makes it, store/money/event-names.ts finds it',
    in: /^(api|bench|dashboard|demo|domain|providers|queues|runtime|storm|store|transactions|workers)\//,
    except: /^domain\/ledger-event\.ts$/,
  },
  {
    pattern:
      /\bem\s*\.\s*(execute|find\w*|native\w+|insert\w*|upsert\w*|count|create\w*|persist|remove|flush|lock|refresh|populate)\b/,
    why: 'reaches into the tables: store/ asks them, under a name',
    in: /^(api|dashboard|queues|transactions|workers)\//,
  },
  { pattern: /@ts-(ignore|expect-error|nocheck)/, why: 'hides a type error' },
  {
    pattern: /\bprocess\.env\b/,
    why: 'reads the environment: take what you need from the configuration',
    except: /^(runtime|test|bench|demo)\/|^sandbox\/main\.ts$|^store\/accounts\/given-user\.ts$|^workers\/browser\//,
  },
  { pattern: /\bTODO\b|\bFIXME\b/, why: 'leaves something for later' },
];

export const hasNothingBanned: TidyRule = ({ path, text }) =>
  banned
    .filter(({ in: where, except }) => (where?.test(path) ?? true) && !except?.test(path))
    .filter(({ pattern }) => pattern.test(text))
    .map(({ pattern, why }) => `${why} (${pattern.exec(text)?.[0]})`);

/** A test of the tests themselves covers no source. */
const coversTests = /^test\/(support\/.*|tidy)\.test\.ts$/;

/**
 * From a source file its tests are found: they lie at its mirrored path, or name it at their head:
 * `/** Covers: store/send-once.ts, workers/main.ts. *\/`
 * @param exists whether the project has a file of that path
 */
export const namesItsSubject =
  (exists: (path: string) => boolean): TidyRule =>
  ({ path, text }) => {
    if (!path.endsWith('.test.ts') || coversTests.test(path)) return [];
    const covered = /^\/\*\* Covers: (?<paths>.+)\. \*\/\n/.exec(text)?.groups?.paths?.split(', ');
    const mirrored = path.replace(/^test\//, '').replace(/\.test\.ts$/, '.ts');
    if (!covered)
      return exists(mirrored) ? [] : ['mirrors no source file, and its first line names none that it covers'];
    return covered.filter(one => !exists(one)).map(one => `covers ${one}, which does not exist`);
  };
