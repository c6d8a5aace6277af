import { expect } from 'chai';
import { nodeVersionProblem } from '../../runtime/node-version.ts';

describe('Node version', () => {
  it('accepts 24.12 and later ones of 24', () => {
    for (const version of ['24.12.0', '24.21.0', process.versions.node])
      expect(nodeVersionProblem(version)).to.equal(undefined);
  });

  it('refuses any other and says how to start', () => {
    for (const version of ['20.20.2', '22.18.0', '24.11.1', '25.0.0']) {
      expect(nodeVersionProblem(version)).to.include(version).and.include('npm');
    }
  });
});
