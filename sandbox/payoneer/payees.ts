import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { refusal } from './refusals.ts';

/** `GET …/payees/{payee_id}/status`: whoever has an id that could be one is registered and active. */
export function getPayee(world: World, call: Call): Answer {
  const payeeId = call.param('payee');
  if (!/^[A-Za-z0-9._@-]{1,30}$/.test(payeeId)) throw refusal(404, 'Not Found', 'Payee was not found', 10_005);
  const result = {
    account_id: 'A1234567',
    status: { type: 1, description: 'Active' },
    registration_date: world.clock.iso(0),
    payout_method: { type: 'BANK', currency: 'USD' },
  };
  return { status: 200, body: { result } };
}
