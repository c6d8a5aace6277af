import { createHash } from 'node:crypto';
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
  readonly refreshTtlSeconds: number;
  /** The one-time code that an OAuth consent carries back. */
  code: Code | undefined;
  /** What its owner has let us do, where the provider knows scopes. */
  scopes: readonly string[];
  /** AliExpress: on the white list of automatic payment. */
  autoPay: boolean;
  /** MercadoLibre: where this application's notifications go. */
  webhookUrl: string | undefined;
};

/** Ends at `expiresAt`, epoch ms. One that comes from a consent page works only for who asked on it. */
type Code = {
  readonly value: string;
  readonly expiresAt: number;
  readonly asked?: { readonly redirectUri: string; readonly challenge: string | undefined };
};

/** A token that was given out, and for what. */
export type Grant = {
  readonly provider: AccountProvider;
  readonly accountId: string;
  readonly kind: 'code' | 'refresh';
  readonly at: string;
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
    refreshTtlSeconds: given.refreshTtlSeconds ?? life.refresh,
    code: { value: codeFor(given.provider), expiresAt: clock.now() + life.code * 1000 },
    scopes: known?.scopes ?? [],
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

/** Their owner's yes on a consent page: a code for who asked there. What was given out before works until it is redeemed. */
export function letIn(
  world: World,
  given: {
    provider: AccountProvider;
    name: string;
    redirectUri: string;
    challenge?: string;
    scopes: readonly string[];
  },
): string {
  const { provider, name, redirectUri, challenge, scopes } = given;
  const known = world.state.accounts.find(a => a.provider === provider && a.accountName === name);
  const account = known ?? consent(world, { provider, name }).account;
  const value = codeFor(provider);
  const expiresAt = world.clock.now() + lifetimes[provider].code * 1000;
  account.code = { value, expiresAt, asked: { redirectUri, challenge } };
  account.scopes = scopes;
  return value;
}

/** The password was changed, say: access tokens end early; with `all` the application is out. */
export function revoke(account: Account, what: 'access' | 'all'): void {
  account.accessTokens.clear();
  if (what === 'all') account.refreshExpiresAt = 0;
}

/** Tests count what was given out. */
export function granted(world: World, { provider, accountId }: Account, kind: Grant['kind']): void {
  world.state.grants.push({ provider, accountId, kind, at: world.clock.iso() });
}

/** The one that was used is worth nothing from here on. */
export function rotateRefreshToken(world: World, account: Account): void {
  account.refreshToken = refreshTokenFor(account.provider);
  account.refreshExpiresAt = world.clock.now() + account.refreshTtlSeconds * 1000;
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

/** The account behind a consent code, which is used up; undefined unless it is who asked that redeems it. */
export function redeemCode(
  world: World,
  provider: AccountProvider,
  { code, redirectUri, verifier }: { code: string; redirectUri?: string | null; verifier?: string | null },
): Account | undefined {
  const account = world.state.accounts.find(a => a.provider === provider && a.code?.value === code);
  if (!account?.code || account.code.expiresAt <= world.clock.now()) return undefined;
  const { asked } = account.code;
  if (asked && redirectUri !== undefined && redirectUri !== asked.redirectUri) return undefined;
  if (
    asked?.challenge &&
    createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url') !== asked.challenge
  )
    return undefined;
  account.code = undefined;
  if (asked) {
    account.accessTokens.clear();
    rotateRefreshToken(world, account);
  }
  granted(world, account, 'code');
  return account;
}

export const accountById = (world: World, provider: AccountProvider, accountId: string): Account | undefined =>
  world.state.accounts.find(account => account.provider === provider && account.accountId === accountId);

const refreshTokenFor = (provider: AccountProvider): string => `${provider}-refresh-${randomHex(40)}`;
const codeFor = (provider: AccountProvider): string => `${provider}-code-${randomHex(24)}`;
