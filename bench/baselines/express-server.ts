/**
 * What an Express server on this machine can do at most. `express-server.ts no-op` answers at once;
 * `express-server.ts insert SECRET` checks the signature of the body and stores it by one prepared INSERT. It shares
 * nothing with the product, so that neither can make the other look good.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import express, { type RequestHandler } from 'express';
import pg from 'pg';

const { PORT = '0', DATABASE_URL } = process.env;
const [mode = 'no-op', secret = ''] = process.argv.slice(2);

const noOp: RequestHandler = (_request, response) => void response.status(202).end();

function insert(): RequestHandler {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
  const text =
    'insert into bench_events (id, event_id, body) values ($1, $2, $3) on conflict (event_id) do nothing returning id';
  return async (request, response) => {
    const body: Buffer = request.body;
    const digest = createHmac('sha256', secret).update(body).digest();
    const given = Buffer.from(request.get('x-signature') ?? '', 'hex');
    if (given.length !== digest.length || !timingSafeEqual(given, digest)) return void response.status(401).end();
    const { orderId } = JSON.parse(body.toString('utf8')) as { orderId: string };
    await pool.query({ name: 'insert', text, values: [randomUUID(), orderId, body] });
    response.status(202).end();
  };
}

const app = express();
app.disable('x-powered-by');
app.set('etag', false);
app.get('/health', (_request, response) => void response.end());
app.post('/', express.raw({ type: () => true }), mode === 'insert' ? insert() : noOp);
app.listen(Number(PORT), '127.0.0.1');
