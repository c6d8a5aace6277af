import { expect } from 'chai';
import { scenarios } from '../../demo/scenarios/index.ts';
import { createDice } from '../../storm/dice.ts';
import { drawProgramme } from '../../storm/programme.ts';
import { aftermath } from '../../storm/scenarios/index.ts';
import { type Backend, backends, drawStrikes, isAmong, type Strike, spanMs } from '../../storm/schedule.ts';

const sizes = [1, 17, 30, 300, 1_000];
const countOf = (strikes: readonly Strike[], kind: string) => strikes.filter(strike => isAmong(strike, [kind])).length;

describe('the schedule of a storm', () => {
  for (const backend of backends)
    for (const orders of sizes) {
      const strikes = drawStrikes({ seed: 7, orders, backend });

      it(`${orders} orders on ${backend}: kills every kind of process, and lays faults for a fifth of the orders`, () => {
        const everybody = [
          'api',
          'workers',
          'workers-2',
          'dashboard',
          'postgres',
          ...(backend === 'postgres' ? [] : ['redis']),
        ];
        for (const target of everybody) expect(countOf(strikes, `kill:${target}`), target).to.be.at.least(1);
        expect(countOf(strikes, 'kill')).to.be.at.least(orders / 10);
        expect(countOf(strikes, 'fault')).to.be.at.least(orders / 5);
        for (const kind of ['freeze', 'flush', 'clock:workers-2', 'clock:postgres', 'retry', 'weather'])
          expect(countOf(strikes, kind), kind).to.be.at.least(1);
        if (backend === 'postgres') expect(countOf(strikes, 'kill:redis')).to.equal(0);
      });

      it(`${orders} orders on ${backend}: strikes in order, and all of them before it is over`, () => {
        const times = strikes.map(({ atMs }) => atMs);
        expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
        expect(times.every(atMs => atMs >= 0 && atMs <= spanMs(orders))).to.equal(true);
      });
    }

  it('is the same for the same seed, and another for another', () => {
    const drawn = (seed: number) => drawStrikes({ seed, orders: 100, backend: 'redis' });
    expect(drawn(1)).to.deep.equal(drawn(1));
    expect(drawn(1)).to.not.deep.equal(drawn(2));
    const played = (seed: number) =>
      drawProgramme({ seed, orders: 100 }).map(({ scenario, atMs }) => [scenario.name, atMs]);
    expect(played(1)).to.deep.equal(played(1));
    expect(played(1)).to.not.deep.equal(played(2));
  });

  it('has the same faults whether or not there are more kills', () => {
    const faults = (backend: Backend) =>
      drawStrikes({ seed: 3, orders: 50, backend }).filter(strike => isAmong(strike, ['fault']));
    expect(faults('redis')).to.deep.equal(faults('postgres'));
  });
});

describe('the programme of a storm', () => {
  for (const orders of sizes)
    it(`is ${orders} orders, whatever a scenario sends at once`, () => {
      const programme = drawProgramme({ seed: 5, orders });
      expect(programme.reduce((sum, { scenario }) => sum + scenario.orders, 0)).to.equal(orders);
    });

  it('plays every scenario', () => {
    const all = [...scenarios, ...aftermath];
    const orders = all.reduce((sum, scenario) => sum + scenario.orders, 0);
    const names = new Set(drawProgramme({ seed: 5, orders }).map(({ scenario }) => scenario.name));
    expect(names).to.deep.equal(new Set(all.map(({ name }) => name)));
  });

  it('leaves others out for another seed, where there is no room for all', () => {
    const played = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(seed => drawProgramme({ seed, orders: 22 }));
    const names = new Set(played.map(({ scenario }) => scenario.name));
    expect(names.size).to.equal(scenarios.length + aftermath.length);
  });
});

describe('dice', () => {
  it('roll the whole range, evenly enough to choose with', () => {
    const dice = createDice(1, 'test');
    const counts = Array.from({ length: 6 }, () => 0);
    for (let turn = 0; turn < 6_000; turn += 1) counts[dice.between(0, 5)]! += 1;
    for (const count of counts) expect(count).to.be.within(850, 1_150);
  });

  it('weigh', () => {
    const dice = createDice(1, 'test');
    const heavy = Array.from({ length: 1_000 }, () =>
      dice.weigh([
        ['light', 1],
        ['heavy', 9],
        ['never', 0],
      ] as const),
    );
    expect(heavy).to.not.include('never');
    expect(heavy.filter(choice => choice === 'heavy').length).to.be.within(860, 940);
  });

  it('shuffle without losing anything', () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8];
    const mixed = createDice(9, 'test').shuffle(list);
    expect(mixed).to.have.members(list).and.not.deep.equal(list);
  });
});
