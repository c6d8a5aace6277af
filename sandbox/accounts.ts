import { randomDigits, randomHex } from './ids.ts';
import type { World } from './world.ts';

export const accountProviders = ['aliexpress', 'ebay', 'mercadolibre'] as const;
export type AccountProvider = (typeof accountProviders)[number];

/** Somebody's account at a marketplace, whose owner has let the product in. */
export type Account = {
  readonly provider: AccountProvider;
  readonly accountId: string;
  readonly accountName: string;
  accessTtlSeconds: number;
  /** Live access tokens → when they expire, epoch ms. */
  readonly accessTokens: Map<string, number>;
  refreshToken: string;
  refreshExpiresAt: number;
  /** The one-time code that an OAuth consent would carry back, and its end, epoch ms. */
  code: { readonly value: string; readonly expiresAt: number } | undefined;
  /** AliExpress: on the white list of automatic payment. */
  autoPay: boolean;
  /** MercadoLibre: where this application's notifications go. */
  webhookUrl: string | undefined;
};

export type Consent = {
  readonly provider: AccountProvider;
  readonly name: string;
  readonly accessTtlSeconds?: number;
  readonly refreshTtlSeconds?: number;
  readonly expired?: boolean;
  readonly autoPay?: boolean;
  readonly webhookUrl?: string;
};

/** Access, refresh and code lifetimes in seconds. AliExpress' are those of an application in test. */
const lifetimes = {
  aliexpress: { access: 86_400, refresh: 172_800, code: 180 },
  ebay: { access: 7_200, refresh: 47_304_000, code: 300 },
  mercadolibre: { access: 21_600, refresh: 15_552_000, code: 600 },
} as const;

/** The owner consents (again): the account of that name gets new tokens, its old ones end. */
export function consent(world: World, given: Consent): { account: Account; accessToken: string } {
  const { clock, state } = world;
  const life = lifetimes[given.provider];
  const known = state.accounts.find(a => a.provider === given.provider && a.accountName === given.name);
  const account: Account = {
    provider: given.provider,
    accountId: known?.accountId ?? randomDigits(9).replace(/^0/, '1'),
    accountName: given.name,
    accessTtlSeconds: given.accessTtlSeconds ?? life.access,
    accessTokens: new Map(),
    refreshToken: refreshTokenFor(given.provider),
    refreshExpiresAt: clock.now() + (given.refreshTtlSeconds ?? life.refresh) * 1000,
    code: { value: codeFor(given.provider), expiresAt: clock.now() + life.code * 1000 },
    autoPay: given.autoPay ?? true,
    webhookUrl: given.webhookUrl ?? known?.webhookUrl,
  };
  const accessToken = issueAccessToken(world, account, given.expired ? -1 : undefined);
  state.accounts = [...state.accounts.filter(a => a !== known), account];
  return { account, accessToken };
}

export function issueAccessToken(world: World, account: Account, ttlSeconds = account.accessTtlSeconds): string {
  const token = `${account.provider}-access-${randomHex(40)}`;
  account.accessTokens.set(token, world.clock.now() + ttlSeconds * 1000);
  return token;
}

/** MercadoLibre's refresh tokens work once; the one that was used is worth nothing from here on. */
export function rotateRefreshToken(world: World, account: Account): void {
  account.refreshToken = refreshTokenFor(account.provider);
  account.refreshExpiresAt = world.clock.now() + lifetimes[account.provider].refresh * 1000;
}

/** The account whose access token this is, when the token still works. */
export function accountOfToken(world: World, provider: AccountProvider, token: string): Account | undefined {
  return world.state.accounts.find(
    account => account.provider === provider && (account.accessTokens.get(token) ?? 0) > world.clock.now(),
  );
}

export function accountOfRefreshToken(world: World, provider: AccountProvider, token: string): Account | undefined {
  return world.state.accounts.find(
    account =>
      account.provider === provider && account.refreshToken === token && account.refreshExpiresAt > world.clock.now(),
  );
}

/** The account behind a consent code, which is used up by asking. */
export function redeemCode(world: World, provider: AccountProvider, code: string): Account | undefined {
  const account = world.state.accounts.find(a => a.provider === provider && a.code?.value === code);
  if (!account?.code || account.code.expiresAt <= world.clock.now()) return undefined;
  account.code = undefined;
  return account;
}

export const accountById = (world: World, provider: AccountProvider, accountId: string): Account | undefined =>
  world.state.accounts.find(account => account.provider === provider && account.accountId === accountId);

const refreshTokenFor = (provider: AccountProvider): string => `${provider}-refresh-${randomHex(40)}`;
const codeFor = (provider: AccountProvider): string => `${provider}-code-${randomHex(24)}`;
