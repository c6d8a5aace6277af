import express, { type Router } from 'express';
import { createMount } from '../operation.ts';
import type { World } from '../world.ts';
import { issue, withToken } from './access.ts';
import { cancelPayout, createPayouts, getBalance, getStatus } from './payouts.ts';
import { errorBody, faultBody } from './refusals.ts';

/** Payoneer Mass Payouts v4, with its login host under `/login`. */
export function payoneerRouter(world: World): Router {
  const mount = createMount(world, 'payoneer', faultBody);
  const router = express.Router();
  const program = '/v4/programs/:programId';
  router.post(
    '/login/api/v2/oauth2/token',
    mount('token', call => issue(world, call)),
  );
  router.post(
    `${program}/masspayouts`,
    mount(
      'create-payout',
      withToken(world, call => createPayouts(world, call)),
    ),
  );
  router.get(
    `${program}/payouts/:reference/status`,
    mount(
      'payout-status',
      withToken(world, call => getStatus(world, call)),
    ),
  );
  router.put(
    `${program}/payouts/:reference/cancel`,
    mount(
      'cancel',
      withToken(world, call => cancelPayout(world, call)),
    ),
  );
  router.get(
    `${program}/balance`,
    mount(
      'balance',
      withToken(world, () => getBalance(world)),
    ),
  );
  router.use((_request, response) => void response.status(404).json(errorBody('Not Found', 'Resource not found', 404)));
  return router;
}
