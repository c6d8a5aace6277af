import { expect } from 'chai';
import { isStormy } from '../../storm/standard.ts';

describe('what a storm is measured by', () => {
  const kills = { api: 9, workers: 9, 'workers-2': 9, dashboard: 9, postgres: 9, redis: 9 };

  it('is a storm when enough was killed and enough went wrong', () => {
    expect(isStormy({ kills, faults: 60 }, 300, 'redis')).to.equal(true);
    expect(isStormy({ kills, faults: 59 }, 300, 'redis')).to.equal(false);
    expect(isStormy({ kills, faults: 600 }, 600, 'redis')).to.equal(false);
  });

  for (const target of ['api', 'workers', 'workers-2', 'dashboard', 'postgres', 'redis'] as const)
    it(`is none when ${target} was never killed`, () => {
      expect(isStormy({ kills: { ...kills, [target]: 0 }, faults: 60 }, 300, 'redis')).to.equal(false);
    });

  it('kills no Redis where there is none', () => {
    expect(isStormy({ kills: { ...kills, redis: 0 }, faults: 60 }, 300, 'postgres')).to.equal(true);
  });
});
