import { expect } from 'chai';
import fc from 'fast-check';
import { ownPath } from '../../../dashboard/routes/own-path.ts';
import { openWorld, operator, password, visitor, type World } from '../world.ts';

const elsewhere = [
  '/.//evil.example/login',
  '/%2e//evil.example',
  '/a/..//evil.example',
  'http://here//evil.example',
  '/.%2F/../..//evil.example',
  '/%2E/%2e%2E//evil.example',
  '/./\\evil.example',
  '/\t/evil.example',
  '/\n\\evil.example',
  '\\\\evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  'https://evil.example/',
  'https:evil.example',
  'http:/\\evil.example',
  'http://here@evil.example/',
  'http://here.evil.example/',
  'http://here:81/',
  'javascript:alert(1)',
  'data:text/html,x',
  '//[',
];

const site = 'https://dashboard.example/login';

describe('dashboard: where a log-in leads', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  // So many log-ins of one account are a flood elsewhere.
  beforeEach(() => world.store.read(em => em.execute('delete from rate_limits')));

  const afterLogIn = async (next: string) => {
    const form = { email: 'admin@example.com', password, next };
    return (await visitor(world).post('/login').type('form').send(form).expect(303)).headers.location;
  };

  for (const next of elsewhere)
    it(`is no other site, also for ${JSON.stringify(next)}`, async () => {
      const admin = await operator(world);
      const atOnce = (await admin.get(`/login?next=${encodeURIComponent(next)}`).expect(303)).headers.location;
      for (const location of [await afterLogIn(next), atOnce])
        expect(new URL(String(location), site).origin).to.equal('https://dashboard.example');
    });

  it('is the page that was asked for', async () => {
    for (const next of ['/', '/orders?state=WAITING&q=a//b', '/orders/1', '/queues/queue/payout?page=2', '/a//b', ''])
      expect(await afterLogIn(next)).to.equal(next || '/');
  });

  it('is a page of ours, whatever was asked for', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      ':',
      '@',
      '\t',
      'evil.example',
      'http',
      '?',
      '#',
    );
    const next = fc.array(part, { maxLength: 8 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          next,
          next.map(path => `/${path}`),
          next.map(path => `http://here${path}`),
        ),
        asked => {
          expect(new URL(ownPath(asked), site).origin, asked).to.equal('https://dashboard.example');
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
