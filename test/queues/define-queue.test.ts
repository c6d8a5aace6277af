import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { catalogue, isQueueName, type QueueName, queueNames } from '../../queues/catalogue.ts';
import { defineQueue, type QueueContract } from '../../queues/define-queue.ts';
import { processors } from '../../workers/processors.ts';

const id = randomUUID();

describe('a queue’s contract', () => {
  const queue = defineQueue({ name: 'polish-lamp', key: 'lampId', description: 'Polishes a lamp' });

  it('makes a job that carries the row’s id and nothing else', () => {
    const row = { id, stateEntry: 3, wake: 2, amountMinor: 5n, receiver: 'x@example.com', token: 'secret' };
    expect(queue.jobFor(row)).to.deep.equal({
      queue: 'polish-lamp',
      id: `polish-lamp-${id}-3-2`,
      payload: { lampId: id },
    });
  });

  it('gives the job another id for another row, another entry into a state, and another wake', () => {
    const rows = [
      { id, stateEntry: 1, wake: 0 },
      { id, stateEntry: 2, wake: 0 },
      { id, stateEntry: 1, wake: 1 },
      { id: randomUUID(), stateEntry: 1, wake: 0 },
      // Neither number may run into the other.
      { id, stateEntry: 11, wake: 0 },
      { id, stateEntry: 1, wake: 10 },
    ];
    expect(new Set(rows.map(row => queue.jobFor(row).id)).size).to.equal(rows.length);
    expect(queue.jobFor({ id, stateEntry: 1, wake: 0 }).id).to.equal(queue.jobFor({ id, stateEntry: 1, wake: 0 }).id);
  });

  const payloads: [string, unknown][] = [
    ['nothing', undefined],
    ['no id', {}],
    ['an id that is no UUID', { lampId: '42' }],
    ['an id of another kind', { orderId: id }],
    ['more than the id', { lampId: id, amountMinor: '100' }],
    ['a number', { lampId: 7 }],
    ['a list', [id]],
  ];
  for (const [what, payload] of payloads)
    it(`refuses a payload of ${what}`, () => {
      expect(queue.payload.validate(payload, { convert: false }).error, what).to.be.instanceOf(Error);
    });

  it('takes what it made itself, and refuses to make a job for what is no row', () => {
    expect(queue.payload.validate(queue.jobFor({ id, stateEntry: 1, wake: 0 }).payload).error).to.equal(undefined);
    expect(() => queue.jobFor({ id: 'x', stateEntry: 1, wake: 0 })).to.throw('valid GUID');
  });
});

describe('the catalogue', () => {
  it('has every queue of the road under its own name', () => {
    const road = ['import-order', 'fulfill', 'purchase', 'purchase-fallback', 'create-sale', 'payout', 'token-refresh'];
    expect(queueNames).to.include.members(road);
    for (const name of queueNames) expect(catalogue[name].name).to.equal(name);
  });

  it('has a processor for every queue, and a queue for every processor', () => {
    expect(Object.keys(processors)).to.have.members([...queueNames]);
    for (const name of queueNames) expect(processors[name], name).to.be.a('function');
  });

  it('knows its own names only', () => {
    expect(isQueueName('payout')).to.equal(true);
    for (const name of ['pay', '', 'toString', '__proto__']) expect(isQueueName(name)).to.equal(false);
  });

  for (const name of queueNames)
    it(`has limits for ${name}, and says what it does`, () => {
      const contract: QueueContract = catalogue[name as QueueName];
      expect(contract.description).to.match(/^[A-Z].{15,}[^.]$/);
      expect(contract.key).to.match(/^(order|leg|event|credential|feed|subscription|check|forgetting)Id$/);
      // BullMQ takes neither colons in names nor in ids.
      expect(contract.jobFor({ id, stateEntry: 1, wake: 0 }).id).to.match(/^[\w-]+$/);
      for (const limit of ['attempts', 'backoffMs', 'concurrency', 'deadlineMs'] as const)
        expect(contract[limit], limit).to.be.a('number').and.greaterThan(0);
      expect(contract.deadlineMs).to.be.at.most(300_000);
    });
});
