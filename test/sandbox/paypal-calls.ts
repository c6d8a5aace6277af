import type { Json, Reply, TestSandbox } from './start.ts';

/** A client that speaks PayPal's wire format and nothing cleverer. */
export async function payPal(sandbox: TestSandbox, client = 'paypal-id:paypal-secret') {
  const basic = `Basic ${Buffer.from(client).toString('base64')}`;
  const reply = await sandbox.request('POST', '/paypal/v1/oauth2/token', {
    headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const headers = { authorization: `Bearer ${reply.json.access_token}`, 'content-type': 'application/json' };
  return {
    get: (path: string): Promise<Reply> => sandbox.request('GET', `/paypal${path}`, { headers }),
    post: (path: string, body: object | string, extra: Record<string, string> = {}): Promise<Reply> =>
      sandbox.request('POST', `/paypal${path}`, {
        headers: { ...headers, ...extra },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

export type PayPal = Awaited<ReturnType<typeof payPal>>;

export const orderBody = (amount: object = { currency_code: 'USD', value: '50.00' }, unit: object = {}): Json => ({
  intent: 'CAPTURE',
  purchase_units: [{ custom_id: 'order-1', amount, ...unit }],
  payment_source: { paypal: { experience_context: { return_url: 'https://shop.example/back' } } },
});

/** An order that the buyer has approved. */
export async function approvedOrder(sandbox: TestSandbox, paypal: PayPal, requestId = 'create-1'): Promise<string> {
  const created = await paypal.post('/v2/checkout/orders', orderBody(), { 'paypal-request-id': requestId });
  await sandbox.control('approve', { paypalOrderId: created.json.id });
  return created.json.id;
}

export const representation = { prefer: 'return=representation' };
