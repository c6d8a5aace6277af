import { expect } from 'chai';
import { readOptions } from '../../storm/options.ts';
import { backends } from '../../storm/schedule.ts';

describe('the options of a storm', () => {
  it('are 300 orders of seed 1 in Postgres, where nothing is said', () => {
    expect(readOptions([])).to.deep.equal({
      orders: 300,
      seed: 1,
      backend: 'postgres',
      pgbouncer: false,
      json: false,
      only: undefined,
    });
  });

  for (const backend of backends)
    it(`take ${backend}, and PgBouncer ${backend === 'postgres' ? 'not' : 'too'}`, () => {
      expect(readOptions(['--backend', backend]).backend).to.equal(backend);
      const behind = () => readOptions(['--backend', backend, '--pgbouncer']);
      if (backend === 'postgres') expect(behind).to.throw('--pgbouncer needs the queues in Redis');
      else expect(behind()).to.include({ backend, pgbouncer: true });
    });

  it('say what there is, where something else is asked for', () => {
    expect(() => readOptions(['--backend', 'kafka'])).to.throw(
      '--backend is one of postgres, redis, cluster, sentinel',
    );
    expect(() => readOptions(['--orders', '0'])).to.throw('--orders is a number from 1 to 10000');
    expect(() => readOptions(['--only', 'kill:api,rain'])).to.throw('--only takes kill, freeze');
  });
});
