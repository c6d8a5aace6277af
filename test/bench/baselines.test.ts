/** Covers: bench/baselines/inline.ts, bench/baselines/raw-bullmq.ts, bench/baselines/express-server.ts. */
import { expect } from 'chai';
import { graphOf } from '../support/import-graph.ts';
import { sourceFiles } from '../support/source-files.ts';

/** All that a file imports, and what that imports. */
function reachedFrom(start: string): string[] {
  const files = sourceFiles();
  // What was renamed would seem to import nothing.
  expect(files.map(({ path }) => path)).to.include(start);
  const graph = graphOf(files, path => path);
  const reached = new Set<string>();
  const walk = (path: string): void => {
    for (const next of graph.get(path) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      walk(next);
    }
  };
  walk(start);
  return [...reached];
}

const foldersOf = (paths: readonly string[]): string[] => [...new Set(paths.map(path => path.split('/')[0] ?? ''))];

describe('the baselines of the bench', () => {
  it('carry orders by hand without the workers, the store or the queues, not even through others', () => {
    expect(foldersOf(reachedFrom('bench/baselines/inline.ts'))).to.have.members([
      'bench',
      'domain',
      'providers',
      'runtime',
    ]);
  });

  for (const baseline of ['bench/baselines/raw-bullmq.ts', 'bench/baselines/express-server.ts'])
    it(`share nothing with the product: ${baseline}`, () => {
      expect(reachedFrom(baseline)).to.deep.equal([]);
    });
});
