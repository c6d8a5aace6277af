import type { CallOptions } from './gate/checked-call.ts';

/** The parameters with which a person is sent to the provider's consent page. */
type ConsentAsked = {
  /** Comes back unchanged; single use. */
  state: string;
  /** Where the provider sends the browser afterwards: exactly as it is registered there. */
  redirectUri: string;
  /** S256 of the verifier; left out of the address where the provider does not support PKCE. */
  codeChallenge: string;
  /** MercadoLibre asks on a host per country: two letters. */
  country?: string | undefined;
};

/** The code that the browser brought back, and the verifier which proves that we asked for it. */
type ConsentGiven = { code: string; redirectUri: string; codeVerifier: string };

/** The account that consented, as the provider itself names it. */
export type ConsentedAccount = {
  accountId: string;
  accountName: string;
  /** The scopes that were consented to; empty where the provider does not say. */
  scopes: string[];
  accessToken: string;
  refreshToken: string;
  accessExpiresAt: Date;
  /** The day on which a person has to consent again, where there is one. */
  refreshExpiresAt: Date | null;
};

/** OAuth's authorization code grant at one provider. */
export type Consent = {
  /** The page on which the owner of an account lets us in. */
  pageUrl(asked: ConsentAsked): string;
  /** The code works once and for minutes, so a lost answer is Uncertain: the owner consents again. */
  exchange(given: ConsentGiven, options?: CallOptions): Promise<ConsentedAccount>;
};

/** A page of the provider with parameters; spaces in them are `%20`, which every provider reads. */
export const pageWith = (url: string, parameters: Readonly<Record<string, string>>): string =>
  `${url}?${new URLSearchParams(parameters).toString().replaceAll('+', '%20')}`;
