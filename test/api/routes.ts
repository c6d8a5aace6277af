// over 300 lines because it is one table: every route there is
import { randomInt, randomUUID } from 'node:crypto';
import { usdText as usd } from '../support/money.ts';
import { berlin, type Goods } from '../support/stage.ts';
import type { Api, Asking, Json, Member } from './open-api.ts';

/** Two resellers with goods, an order and a listing of the first one's, and everybody who may ask. */
export type Market = {
  readonly api: Api;
  readonly owner: Member;
  readonly other: Member;
  readonly goods: Goods;
  readonly otherGoods: Goods;
  /** At the owner's checkout, CREATED. */
  readonly orderId: string;
  readonly checkoutToken: string;
};

export async function openMarket(api: Api): Promise<Market> {
  const [owner, other] = [await api.hire(), await api.hire()];
  const [goods, otherGoods] = [await api.stage.stockUp(owner), await api.stage.stockUp(other)];
  const body = { productId: goods.productId, quantity: 1, shippingAddress: berlin };
  const { json } = await api.call('POST', '/api/paypal/create-order', { body });
  return { api, owner, other, goods, otherGoods, orderId: json.orderId, checkoutToken: json.checkoutToken };
}

export const askers = ['anonymous', 'owner', 'other', 'admin'] as const;
export type Asker = (typeof askers)[number];

export const asking = ({ api, owner, other }: Market, who: Asker): Asking =>
  ({ anonymous: undefined, owner, other, admin: api.admin })[who];

/** For one route: with a session of its own where the route ends it. */
export async function askingFor(market: Market, route: Route, who: Asker): Promise<Asking> {
  if (!route.endsSession || who === 'anonymous') return asking(market, who);
  const { api, owner, other } = market;
  const { id } = { owner, other, admin: api.admin }[who];
  return api.enter(id);
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the router has it; `:name` is filled in by `path`. */
  readonly pattern: string;
  path?(market: Market): string;
  /** A body that is right, anew each time. */
  body?(market: Market): Json;
  readonly endsSession?: true;
  /** What each of `askers` is answered when everything else is right. */
  readonly answers: readonly [anonymous: number, owner: number, other: number, admin: number];
};

const digits = (length: number) => Array.from({ length }, () => randomInt(1, 10)).join('');

const public_ = (status: number) => [status, status, status, status] as const;
const membersOnly = (status: number) => [401, status, status, status] as const;
const adminsOnly = (status: number) => [401, 403, 403, status] as const;

/** Every route there is; a test compares it with the router. */
export const routes: readonly Route[] = [
  { method: 'GET', pattern: '/health', answers: public_(200) },
  // Nothing is there until a METRICS_TOKEN is set.
  { method: 'GET', pattern: '/metrics', answers: public_(404) },
  {
    method: 'POST',
    pattern: '/api/auth/login',
    body: () => ({ email: `${digits(8)}@example.com`, password: 'wrong' }),
    answers: public_(401),
  },
  { method: 'POST', pattern: '/api/auth/logout', endsSession: true, answers: public_(204) },
  { method: 'GET', pattern: '/api/auth/me', answers: membersOnly(200) },
  {
    method: 'POST',
    pattern: '/api/auth/password-reset',
    body: () => ({ token: 'never given', password: 'long enough for all' }),
    answers: public_(410),
  },
  { method: 'GET', pattern: '/api/auth/notices', answers: membersOnly(200) },
  {
    method: 'PUT',
    pattern: '/api/auth/password',
    body: () => ({ password: 'not the password', newPassword: 'long enough for all' }),
    answers: membersOnly(422),
  },
  { method: 'GET', pattern: '/api/auth/sessions', answers: membersOnly(200) },
  { method: 'DELETE', pattern: '/api/auth/sessions', answers: membersOnly(200) },
  {
    method: 'DELETE',
    pattern: '/api/auth/sessions/:id',
    path: () => `/api/auth/sessions/${randomUUID()}`,
    answers: membersOnly(404),
  },
  {
    method: 'POST',
    pattern: '/api/paypal/create-order',
    body: ({ goods }) => ({ productId: goods.productId, quantity: 1, shippingAddress: berlin }),
    answers: public_(201),
  },
  {
    method: 'POST',
    pattern: '/api/paypal/capture-order',
    body: ({ orderId }) => ({ orderId }),
    answers: [404, 202, 404, 202],
  },
  {
    method: 'POST',
    pattern: '/api/users',
    body: () => ({ email: `${digits(8)}@example.com`, password: 'long enough for all' }),
    answers: adminsOnly(201),
  },
  { method: 'GET', pattern: '/api/users', answers: adminsOnly(200) },
  {
    method: 'PATCH',
    pattern: '/api/users/:id',
    path: () => `/api/users/${randomUUID()}`,
    body: () => ({ disabled: true }),
    answers: adminsOnly(404),
  },
  {
    method: 'POST',
    pattern: '/api/users/:id/password-reset',
    path: ({ other }) => `/api/users/${other.id}/password-reset`,
    answers: adminsOnly(201),
  },
  {
    method: 'DELETE',
    pattern: '/api/users/:id/sessions',
    path: () => `/api/users/${randomUUID()}/sessions`,
    answers: adminsOnly(404),
  },
  {
    method: 'PATCH',
    pattern: '/api/users/me',
    body: () => ({ refundPolicy: 'ask' }),
    answers: membersOnly(200),
  },
  { method: 'GET', pattern: '/api/me/payout-receiver', answers: membersOnly(200) },
  {
    method: 'PUT',
    pattern: '/api/me/payout-receiver',
    body: () => ({ provider: 'paypal', receiver: 'me@example.com', password: 'not the password' }),
    answers: membersOnly(422),
  },
  { method: 'DELETE', pattern: '/api/me/payout-receiver', answers: membersOnly(409) },
  {
    method: 'POST',
    pattern: '/api/products',
    body: () => ({
      title: 'Lamp',
      price: usd('29.99'),
      maxBuyPrice: usd('17'),
      supplierProductId: digits(16),
      supplierSkuId: digits(17),
    }),
    answers: membersOnly(201),
  },
  { method: 'GET', pattern: '/api/products', answers: membersOnly(200) },
  {
    method: 'PUT',
    pattern: '/api/listings',
    body: ({ owner, goods }) => ({ credentialId: owner.ebay.id, externalId: digits(12), productId: goods.productId }),
    answers: [401, 200, 404, 404],
  },
  { method: 'GET', pattern: '/api/connections', answers: membersOnly(200) },
  {
    method: 'GET',
    pattern: '/api/connections/:provider/start',
    path: () => '/api/connections/ebay/start?moneyHolder=platform',
    answers: membersOnly(303),
  },
  {
    method: 'GET',
    pattern: '/api/connections/:provider/callback',
    path: () => '/api/connections/ebay/callback?code=unasked-for',
    answers: membersOnly(400),
  },
  {
    method: 'DELETE',
    pattern: '/api/connections/:id',
    path: ({ owner }) => `/api/connections/${owner.aliexpress}`,
    answers: [401, 204, 404, 204],
  },
  { method: 'GET', pattern: '/api/orders', answers: membersOnly(200) },
  {
    method: 'GET',
    pattern: '/api/orders/:id',
    path: ({ orderId }) => `/api/orders/${orderId}`,
    answers: [401, 200, 404, 200],
  },
  {
    method: 'PUT',
    pattern: '/api/orders/:id/address',
    path: ({ orderId }) => `/api/orders/${orderId}/address`,
    body: () => ({ ...berlin }),
    answers: [401, 409, 404, 409],
  },
  {
    method: 'POST',
    pattern: '/api/orders/:id/refund',
    path: ({ orderId }) => `/api/orders/${orderId}/refund`,
    answers: [401, 409, 404, 409],
  },
  { method: 'GET', pattern: '/api/sales', answers: membersOnly(200) },
  { method: 'GET', pattern: '/api/balance', answers: membersOnly(200) },
  { method: 'GET', pattern: '/api/earnings', answers: membersOnly(200) },
  { method: 'GET', pattern: '/api/admin/balance', answers: adminsOnly(200) },
  { method: 'GET', pattern: '/api/admin/earnings', answers: adminsOnly(200) },
  {
    method: 'POST',
    pattern: '/api/admin/fx-conversions',
    body: () => ({ from: { amount: '990', currency: 'CLP' }, to: usd('1'), reference: digits(8) }),
    answers: adminsOnly(409),
  },
  {
    method: 'POST',
    pattern: '/api/admin/fx-rates',
    body: () => ({ base: 'USD', quote: 'CLP', rate: '950.5' }),
    answers: adminsOnly(201),
  },
  { method: 'GET', pattern: '/api/admin/fx-rates', answers: adminsOnly(200) },
  { method: 'GET', pattern: '/api/admin/book-check', answers: adminsOnly(200) },
  { method: 'POST', pattern: '/api/admin/book-check', answers: adminsOnly(202) },
  {
    method: 'POST',
    pattern: '/api/admin/fx-rates/:id/confirm',
    path: () => '/api/admin/fx-rates/1/confirm',
    answers: adminsOnly(404),
  },
  {
    method: 'PUT',
    pattern: '/api/browser-login',
    body: () => ({ email: `${digits(8)}@example.com`, password: 'of the shop', moneyHolder: 'reseller' }),
    answers: membersOnly(200),
  },
  { method: 'GET', pattern: '/api/browser-login', answers: membersOnly(200) },
  { method: 'POST', pattern: '/api/browser-login/release', answers: membersOnly(409) },
  { method: 'DELETE', pattern: '/api/browser-login', answers: membersOnly(204) },
  {
    method: 'PUT',
    pattern: '/api/admin/browser-buying',
    body: () => ({ browserBuying: 'on' }),
    answers: adminsOnly(200),
  },
  {
    method: 'PUT',
    pattern: '/api/admin/browser-buying/:userId',
    path: ({ owner }) => `/api/admin/browser-buying/${owner.id}`,
    body: () => ({ browserBuying: 'on', platformBuyer: 'off' }),
    answers: adminsOnly(200),
  },
  {
    method: 'POST',
    pattern: '/api/admin/orders/:id/decide',
    path: ({ orderId }) => `/api/admin/orders/${orderId}/decide`,
    body: () => ({ decision: 'fail', why: 'looked at the supplier' }),
    answers: adminsOnly(409),
  },
  {
    method: 'POST',
    pattern: '/api/admin/orders/:id/erase-buyer',
    path: ({ orderId }) => `/api/admin/orders/${orderId}/erase-buyer`,
    answers: adminsOnly(409),
  },
  {
    method: 'POST',
    pattern: '/api/admin/erase-buyer',
    body: () => ({ email: `${digits(8)}@example.com` }),
    answers: adminsOnly(200),
  },
  {
    method: 'POST',
    pattern: '/api/admin/payouts/:id/decide',
    path: ({ orderId }) => `/api/admin/payouts/${orderId}/decide`,
    body: () => ({ decision: 'not-paid', why: 'looked at PayPal' }),
    answers: adminsOnly(404),
  },
  {
    method: 'PUT',
    pattern: '/api/admin/proceeds/:userId',
    path: ({ other }) => `/api/admin/proceeds/${other.id}`,
    body: () => ({ heldBy: 'platform' }),
    answers: adminsOnly(200),
  },
  { method: 'PUT', pattern: '/api/admin/commission', body: () => ({ percent: '12.5' }), answers: adminsOnly(200) },
  {
    method: 'POST',
    pattern: '/api/admin/orders/:id/supplier-refund',
    path: ({ orderId }) => `/api/admin/orders/${orderId}/supplier-refund`,
    body: () => ({ amount: usd('14.49') }),
    answers: adminsOnly(409),
  },
  {
    method: 'POST',
    pattern: '/api/admin/orders/:id/marketplace-refund',
    path: ({ orderId }) => `/api/admin/orders/${orderId}/marketplace-refund`,
    body: () => ({ amount: usd('5'), why: 'looked at eBay' }),
    answers: adminsOnly(409),
  },
  {
    method: 'POST',
    pattern: '/api/admin/contradictions/:id/settle',
    path: ({ orderId }) => `/api/admin/contradictions/${orderId}/settle`,
    body: () => ({ amount: usd('12.56'), why: 'looked at PayPal' }),
    answers: adminsOnly(409),
  },
  {
    method: 'POST',
    pattern: '/api/admin/payouts/:id/retry',
    path: ({ orderId }) => `/api/admin/payouts/${orderId}/retry`,
    answers: adminsOnly(404),
  },
  { method: 'GET', pattern: '/api/admin/providers', answers: adminsOnly(200) },
  {
    method: 'PUT',
    pattern: '/api/admin/providers/:provider',
    path: () => '/api/admin/providers/mercadolibre',
    body: ({ api }) => ({
      clientId: api.stage.config.mercadolibre.clientId,
      clientSecret: api.stage.config.mercadolibre.clientSecret,
    }),
    answers: adminsOnly(200),
  },
  {
    method: 'DELETE',
    pattern: '/api/admin/providers/:provider',
    path: () => '/api/admin/providers/mercadolibre',
    answers: adminsOnly(200),
  },
  {
    method: 'PUT',
    pattern: '/api/admin/funding-limits',
    body: ({ owner }) => ({ userId: owner.id, limit: usd('100') }),
    answers: adminsOnly(200),
  },
  {
    method: 'GET',
    pattern: '/api/webhooks/ebay',
    path: () => '/api/webhooks/ebay?challenge_code=abc',
    answers: public_(200),
  },
  { method: 'POST', pattern: '/api/webhooks/ebay', answers: public_(401) },
  { method: 'POST', pattern: '/api/webhooks/paypal', answers: public_(401) },
  {
    method: 'POST',
    pattern: '/api/webhooks/mercadolibre/:segment',
    path: ({ owner }) => `/api/webhooks/mercadolibre/${owner.mercadolibre.segment}`,
    answers: public_(401),
  },
  // Neither is configured here.
  {
    method: 'POST',
    pattern: '/api/webhooks/aliexpress/:segment',
    path: () => '/api/webhooks/aliexpress/a-segment',
    answers: public_(404),
  },
  {
    method: 'POST',
    pattern: '/api/webhooks/payoneer/:kind',
    path: () => '/api/webhooks/payoneer/cancel-payout',
    answers: public_(404),
  },
  {
    method: 'POST',
    pattern: '/api/webhooks/inline/:credentialId',
    path: ({ owner }) => `/api/webhooks/inline/${owner.ebay.id}`,
    answers: public_(401),
  },
];

export const pathOf = (route: Route, market: Market): string => route.path?.(market) ?? route.pattern;
