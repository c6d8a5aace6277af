/** Covers: README.md, docs/design.md. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { scenarios } from '../../demo/scenarios/index.ts';
import { orderStates, waitReasons } from '../../domain/order.ts';
import { queueNames } from '../../queues/catalogue.ts';
import { contradictionCode } from '../../runtime/config/redis.ts';
import { knownVariables } from '../../runtime/config.ts';
import { poolerCodes } from '../../store/database/pooler.ts';
import { top } from '../support/source-files.ts';
import { pages, shellOf, textOf } from './pages.ts';

const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name]) => String(name));

/** A folder or a file of ours between backticks, or in the picture of the folders. */
const ownPath = /`((?:[a-z]+\/)+(?:[\w-]+\.(?:ts|md))?|[\w-]+\.(?:yml|md))`/g;
const pictured = /^([a-z]+\/(?: [a-z]+\/)*)/gm;

const words = new Set([
  ...knownVariables(),
  ...orderStates,
  ...waitReasons,
  ...found(textOf('docs/api.md'), /^\| \d{3} \| `([A-Z_]+)` \|/gm),
  // Why a process does not start.
  ...poolerCodes,
  contradictionCode,
  // Of docker-compose.yml alone.
  'DATABASE_PASSWORD',
  'POSTGRES_PASSWORD',
  'VALKEY_PASSWORD',
]);

describe('the README and docs/', () => {
  for (const path of pages) {
    const text = textOf(path);

    it(`${path} names scripts of package.json`, () => {
      expect(found(text, /\bnpm run ([\w:-]+)/g).filter(name => !scripts[name])).to.deep.equal([]);
    });

    it(`${path} links to what exists`, () => {
      const links = found(text, /\]\(([^)#]+)(?:#[^)]*)?\)/g).filter(link => !link.startsWith('https:'));
      const missing = links.filter(link => !existsSync(join(top, dirname(path), link)));
      const folders = found(text, pictured).flatMap(line => line.split(' '));
      const paths = [...found(text, ownPath), ...folders].filter(name => !existsSync(join(top, name)));
      // What only a running system has.
      expect([...missing, ...paths].filter(name => name !== '.data/')).to.deep.equal([]);
    });

    it(`${path} names settings, states and codes that there are`, () => {
      const named = found(text, /`([A-Z]+(?:_[A-Z]+)+)`/g);
      expect(named.filter(name => !words.has(name))).to.deep.equal([]);
    });
  }

  it('show a receipt over as many orders as the demo plays', () => {
    const orders = scenarios.reduce((sum, scenario) => sum + scenario.orders, 0);
    expect(textOf('README.md')).to.include(`${orders} of ${orders} orders`);
    const rows = found(textOf('README.md'), /^│ ([a-z][\w-]+) +│/gm).filter(name => name !== 'scenario');
    expect(rows).to.include('paypal');
    expect(rows.filter(name => !scenarios.some(scenario => scenario.name === name))).to.deep.equal([]);
  });

  it('promise two commands that there are, and name the queues that workers take', () => {
    const [promise = '', ...rest] = shellOf('README.md');
    expect(promise).to.include('npm ci && npm run demo').and.to.include('npm ci && npm test');
    const served = found(rest.join(), /workers -- --queues ([\w,-]+)/g).flatMap(list => list.split(','));
    expect(served).to.include('fulfill');
    expect(served.filter(name => !queueNames.some(queue => queue === name))).to.deep.equal([]);
  });

  it('list every queue on the road of an order', () => {
    const [, road = ''] = textOf('docs/design.md').split('\n## 2. ');
    const listed = found(road.split('\n## ')[0] ?? '', /^\| `([\w-]+)` \|/gm);
    expect(listed).to.deep.equal([...queueNames]);
  });
});
