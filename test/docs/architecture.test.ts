/** Covers: docs/architecture.md, docs/house.svg, docs/glossary.md, CONTRIBUTING.md. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sourceFiles, top } from '../support/source-files.ts';
import { housePicture, pictureFile } from './house-picture.ts';
import { housePlan } from './house-plan.ts';
import { textOf } from './pages.ts';

describe('docs/architecture.md', () => {
  const files = sourceFiles();
  const page = textOf('docs/architecture.md');
  const paths = (text: string) => [...text.matchAll(/`([a-z]+\/[\w/.-]*)`/g)].map(([, path]) => String(path));

  it('shows the picture that `npm run docs` draws: run it after a change of what imports what', () => {
    expect(page).to.include('](house.svg)');
    expect(readFileSync(pictureFile, 'utf8')).to.equal(housePicture(housePlan(files)));
  });

  it('says of every folder in the picture what it holds', () => {
    const [, table = ''] = page.split('| folder | holds |');
    const told = [...table.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, name]) => String(name));
    expect(told).to.have.members(housePlan(files).rooms.map(({ name }) => name));
  });

  it('leads one order along twelve steps, each to files that there are', () => {
    const [, road = ''] = page.split('\n## The road of one order\n');
    const steps = road.split('\n## ')[0]?.match(/^\d+\. .*$/gm) ?? [];
    expect(steps).to.have.length(12);
    for (const step of steps) expect(paths(step), step).not.to.deep.equal([]);
  });

  it('names only what exists, as CONTRIBUTING.md does', () => {
    const named = [...paths(page), ...paths(textOf('CONTRIBUTING.md'))];
    expect(named).to.include.members(['queues/catalogue.ts', 'test/support/stage.ts']);
    expect(named.filter(path => !existsSync(join(top, path)))).to.deep.equal([]);
  });

  it('sends a newcomer to a glossary of at most 25 words', () => {
    const words = [...textOf('docs/glossary.md').matchAll(/\*\*[^*]+\*\*/g)];
    expect(words).to.have.lengthOf.within(1, 25);
    for (const path of ['README.md', 'docs/architecture.md'])
      expect(textOf(path)).to.match(/\]\((docs\/)?glossary\.md\)/);
  });
});

describe('the picture of the house', () => {
  const files = [
    { path: 'api/a.ts', text: `import { b } from '../queues/b.ts';\nimport { c } from '../domain/c.ts';` },
    { path: 'queues/b.ts', text: `import { c } from '../domain/money/c.ts';` },
    { path: 'domain/money/c.ts', text: '' },
  ];

  it('has each folder above what it imports, and no arrow that another way leads along', () => {
    const { rooms, arrows } = housePlan(files);
    expect(rooms.map(({ name, floor }) => [name, floor])).to.deep.equal([
      ['api', 2],
      ['domain', 0],
      ['queues', 1],
    ]);
    expect(arrows).to.deep.equal([
      ['api', 'queues'],
      ['queues', 'domain'],
    ]);
    expect(rooms.find(({ name }) => name === 'domain')?.rooms).to.deep.equal(['money']);
  });
});
