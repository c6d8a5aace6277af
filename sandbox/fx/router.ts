import express, { type Router } from 'express';
import { type Answer, type Call, createMount } from '../operation.ts';
import type { World } from '../world.ts';

/** What a US dollar is worth, roughly. The control API changes them: `POST /_control/settings {rates}`. */
export const rates: Readonly<Record<string, string>> = {
  ARS: '1012.5',
  AUD: '1.5312',
  BRL: '5.4123',
  CAD: '1.3821',
  CHF: '0.8012',
  CLP: '941.35',
  COP: '4121.7',
  EUR: '0.8571',
  GBP: '0.7432',
  HUF: '339.45',
  JPY: '147.32',
  KWD: '0.3057',
  MXN: '18.642',
  PEN: '3.5512',
  PLN: '3.6451',
  TWD: '29.87',
  UYU: '40.12',
};

/** A source of daily rates, in the shape of Frankfurter. */
export function fxRouter(world: World): Router {
  const mount = createMount(world, 'fx', status => ({ message: `error ${status}` }));
  const router = express.Router();
  router.get(
    '/latest',
    mount('latest', call => latest(world, call)),
  );
  router.use((_request, response) => void response.status(404).json({ message: 'not found' }));
  return router;
}

function latest({ settings, clock }: World, call: Call): Answer {
  if ((call.query.get('base') ?? 'USD') !== 'USD') return { status: 404, body: { message: 'not found' } };
  const { date, changed } = settings.rates;
  // Numbers, as the real one sends them.
  const numbers = Object.entries({ ...rates, ...changed }).map(([quote, rate]) => [quote, Number(rate)]);
  const body = { amount: 1, base: 'USD', date: date ?? clock.iso().slice(0, 10), rates: Object.fromEntries(numbers) };
  return { status: 200, body };
}
