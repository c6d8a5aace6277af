/** Covers: docs/asvs.md. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { top } from '../support/source-files.ts';
import { textOf } from './pages.ts';

type Asked = { number: string; how: string; shownBy: string };

const asked: Asked[] = [
  ...textOf('docs/asvs.md').matchAll(/^\| (\d+\.\d+(?:\.\d+)?) [^|]*\| L[123] \|([^|]*)\|([^|]*)\|$/gm),
].map(([, number = '', how = '', shownBy = '']) => ({ number, how: how.trim(), shownBy: shownBy.trim() }));

describe('docs/asvs.md', () => {
  it('is a table of requirements, each once', () => {
    expect(asked.length).to.be.greaterThan(30);
    expect(new Set(asked.map(({ number }) => number)).size).to.equal(asked.length);
  });

  for (const { number, how, shownBy } of asked)
    it(`${number} is shown by a test that there is, or says why not yet`, () => {
      if (!shownBy) return expect(how).to.match(/^not yet: .{20}/);
      const [, file = '', words = ''] = /^`(test\/[\w/.-]+\.test\.ts)`: ?(.*)$/.exec(shownBy) ?? [];
      expect(existsSync(join(top, file)), shownBy).to.equal(true);
      expect(textOf(file)).to.include(words);
    });
});
