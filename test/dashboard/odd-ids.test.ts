/** Covers: dashboard/routes/id-of.ts. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Express } from 'express';
import { openWorld, operator, ownOrigin, type visitor, type World } from './world.ts';

type Layer = {
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[]; router?: { stack: Layer[] } };
  match(path: string): boolean;
};
type Route = { readonly method: string; readonly path: string };

/** Every route with something to fill in, Bull Board's own too. */
function routesOf(app: Express): Route[] {
  const walk = (stack: Layer[], prefix: string): Route[] =>
    stack.flatMap(layer => {
      const { route, handle } = layer;
      if (route)
        return [route.path]
          .flat()
          .flatMap(path => Object.keys(route.methods).map(method => ({ method, path: prefix + path })));
      const inner = handle.stack ?? handle.router?.stack;
      const isBoard = prefix === '' && inner !== undefined && layer.match('/queues') && !layer.match('/elsewhere');
      return inner ? walk(inner, isBoard ? '/queues' : prefix) : [];
    });
  return walk((app.router as unknown as { stack: Layer[] }).stack, '').filter(({ path }) => path.includes(':'));
}

const id = randomUUID();
const odd = [
  `[${id}]`,
  `(${id})`,
  `{${id}}`,
  id.replaceAll('-', ':'),
  id.replaceAll('-', ''),
  `${id}\n`,
  `${id}\0`,
  '\0',
  'x',
  `${id}' or 1=1 --`,
];

describe('dashboard: ids that are none', () => {
  let world: World;
  let admin: ReturnType<typeof visitor>;
  before(async () => {
    world = await openWorld();
    admin = await operator(world);
  });
  after(() => world.close());

  const ask = (method: string, path: string, origin: string | null = ownOrigin) => {
    if (method === 'get') return admin.get(path);
    if (method === 'post' || method === 'put' || method === 'patch') return admin[method](path, origin);
    throw new Error(`nobody has thought of ${method} ${path}`);
  };

  it('are tried on every route', () => {
    const paths = routesOf(world.app).map(({ path }) => path);
    expect(paths).to.include.members(['/orders/:id', '/orders/:order/evidence/:file', '/legs/:id/decide']);
    expect(paths).to.include.members([
      '/queues/api/queues/:queue/:job/promote',
      '/queues/api/queues/:queueName/:jobId',
    ]);
  });

  for (const text of odd)
    it(`are refused, and break nothing: ${JSON.stringify(text.replace(id, 'uuid'))}`, async () => {
      for (const { method, path } of routesOf(world.app)) {
        const filled = path
          .replace(/:(queue|queueName)\b/, 'payout')
          .replace(':file', ':file.txt')
          .replace(/:\w+/g, encodeURIComponent(text));
        const { status } = await ask(method, filled);
        if (/^\/(orders|legs|events|browser|contradictions)\//.test(path))
          expect(status, `${method} ${filled}`).to.be.oneOf([400, 404]);
        else expect(status, `${method} ${filled}`).to.be.below(500);
      }
    });

  it('are refused as evidence of an order', async () => {
    for (const text of odd)
      expect((await admin.get(`/orders/${id}/evidence/${encodeURIComponent(text)}.txt`)).status).to.be.oneOf([
        400, 404,
      ]);
  });

  it('a text that no column holds is refused wherever it is entered', async () => {
    await admin.get('/orders?q=%00').expect(400);
    const order = await world.addOrder();
    const form = (path: string, fields: string) => admin.post(path).type('form').send(fields);
    await form(`/orders/${order}/decide`, 'decision=fail&why=looked%00at').expect(400);
    await form('/login', 'email=a%00&password=x').expect(400);
  });
});
