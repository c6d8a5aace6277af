import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { circlesIn, graphOf, roomOf } from './support/import-graph.ts';
import { sourceFiles, top } from './support/source-files.ts';
import {
  hasName,
  hasNothingBanned,
  importsWhatItMay,
  isKebabCase,
  isShort,
  namesItsSubject,
  type SourceFile,
  type TidyRule,
} from './support/tidy-rules.ts';

/** This test and its rules quote what they forbid. */
const itself = ['test/tidy.test.ts', 'test/support/tidy-rules.ts'];

const rules: readonly { name: string; rule: TidyRule; broken: SourceFile[]; kept: SourceFile[] }[] = [
  {
    name: 'imports only what its folder may',
    rule: importsWhatItMay,
    broken: [
      { path: 'store/a/b.ts', text: `import { x } from '../../queues/c.ts';` },
      { path: 'domain/a.ts', text: `await import('../runtime/c.ts');` },
      { path: 'runtime/a.ts', text: `export { x } from '../test/support/until.ts';` },
      { path: 'api/a.ts', text: `import '../providers/aliexpress/classify.ts';` },
    ],
    kept: [
      { path: 'store/a/b.ts', text: `import { x } from '../../domain/c.ts';\nimport y from 'queues';` },
      { path: 'api/routes/a.ts', text: `import { x } from '../../providers/ebay/webhook.ts';` },
    ],
  },
  {
    name: 'has at most 300 lines, or a reason at its head',
    rule: isShort,
    broken: [{ path: 'store/a.ts', text: 'x\n'.repeat(301) }],
    kept: [{ path: 'store/a.ts', text: `// over 300 lines because it is one table\n${'x\n'.repeat(301)}` }],
  },
  {
    name: 'has a name that says what it is',
    rule: hasName,
    broken: [{ path: 'store/helpers/a.ts', text: '' }],
    kept: [{ path: 'store/money/ledger.ts', text: '' }],
  },
  {
    name: 'is named in kebab-case',
    rule: isKebabCase,
    broken: [{ path: 'store/readOrder.ts', text: '' }],
    kept: [{ path: 'store/read-order.test.ts', text: '' }],
  },
  {
    name: 'is found from what it tests, or says what that is',
    rule: namesItsSubject(path => existsSync(join(top, path))),
    broken: [
      { path: 'test/store/no-such-source.test.ts', text: '' },
      { path: 'test/store/a.test.ts', text: '/** Covers: store/send-once.ts, store/no-such-source.ts. */\n' },
    ],
    kept: [
      { path: 'test/store/send-once.test.ts', text: '' },
      { path: 'test/store/a.test.ts', text: '/** Covers: store/send-once.ts, README.md. */\n' },
      { path: 'test/store/bench.ts', text: '' },
    ],
  },
  {
    name: 'uses nothing that is banned',
    rule: hasNothingBanned,
    broken: [
      { path: 'test/a.test.ts', text: 'it.only(…); await sleep(100);' },
      { path: 'test/a.test.ts', text: 'before(function () { this.skip(); });' },
      { path: 'workers/a.ts', text: 'await element.click();' },
      { path: 'store/a.ts', text: 'const at = new Date();' },
      { path: 'workers/a.ts', text: 'const late = Date.now() > until;' },
      { path: 'dashboard/a.ts', text: 'page(new Date());' },
      { path: 'transactions/a.ts', text: 'await em.nativeUpdate(Sale, { id }, {});' },
      { path: 'queues/a.ts', text: "store.read(em =>\n em\n.execute('select 1'))" },
      { path: 'workers/a.ts', text: 'const event = `leg-back:1`;' },
      { path: 'store/a.ts', text: `"t.event not like 'leg%'"` },
      { path: 'store/a.ts', text: "'update orders set updated_at = now()'" },
    ],
    kept: [
      { path: 'test/a.test.ts', text: 'it(…); await until(() => done);' },
      { path: 'workers/a.ts', text: 'await click(page, element);' },
      { path: 'store/a.ts', text: 'await em.nativeUpdate(Sale, { id }, {});' },
      { path: 'store/a.ts', text: "'update orders set updated_at = clock_now()'; timeOf(em); clock.now()" },
      { path: 'workers/a.ts', text: 'const at = ctx.now(); new Date(0);' },
    ],
  },
];

describe('every source file', () => {
  const files = sourceFiles().filter(({ path }) => !itself.includes(path));

  for (const { name, rule, broken, kept } of rules) {
    it(name, () => {
      for (const file of broken) expect(rule(file), `the rule sees what breaks it: ${file.text}`).not.to.deep.equal([]);
      for (const file of kept) expect(rule(file), `and lets pass what keeps it: ${file.text}`).to.deep.equal([]);
      const problems = files.flatMap(file => rule(file).map(problem => `${file.path} ${problem}`));
      expect(problems.join('\n')).to.equal('');
    });
  }
});

/** What is built of rooms; the simulators share one world, and the rest serves the product. */
const product = /^(api|dashboard|domain|migrations|providers|queues|runtime|store|transactions|workers)\//;

describe('the house', () => {
  const files = sourceFiles().filter(({ path }) => product.test(path));
  const shown = (circles: string[][]) => circles.map(circle => circle.join(' → ')).join('\n');

  it('has no door between two rooms of a folder that is used both ways, however long the way round', () => {
    const folders = [...new Set(files.map(({ path }) => path.split('/')[0]))];
    for (const folder of folders) {
      const inside = files.filter(({ path }) => path.startsWith(`${folder}/`));
      expect(shown(circlesIn(graphOf(inside, roomOf)))).to.equal('');
    }
  });

  it('has no circle of files, of types alone neither', () => {
    expect(shown(circlesIn(graphOf(files, path => path)))).to.equal('');
  });

  it('sees a circle where there is one', () => {
    const circle = [
      { path: 'store/a/one.ts', text: `import type { Two } from '../b/two.ts';` },
      { path: 'store/b/two.ts', text: `import { c } from '../c.ts';` },
      { path: 'store/c.ts', text: `export { one } from './a/other.ts';` },
    ];
    expect(circlesIn(graphOf(circle, path => path))).to.deep.equal([]);
    expect(circlesIn(graphOf(circle, roomOf))).to.deep.equal([['store/a', 'store/b', 'store/c.ts', 'store/a']]);
  });
});
