/** Plays the browser of a user who connects an outside account: from our start page to the consent page and back. */
export type Browser = {
  /** Cookies and whatever else goes with every request to the api. */
  readonly headers: Record<string, string>;
};

export type Walk = {
  readonly apiUrl: string;
  readonly token: string;
  readonly provider: 'aliexpress-dropshipping' | 'ebay' | 'mercadolibre';
  readonly query?: Record<string, string>;
};

const defaults = { 'aliexpress-dropshipping': {}, ebay: {}, mercadolibre: { country: 'CL' } };

const follow = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(20_000) });

/** Starts a connection. @returns the consent page's address and the browser's cookies */
export async function start({ apiUrl, token, provider, query = {} }: Walk): Promise<{ page: URL; browser: Browser }> {
  const asked = new URLSearchParams({ moneyHolder: 'platform', ...defaults[provider], ...query });
  const response = await follow(`${apiUrl}/api/connections/${provider}/start?${asked}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status !== 303) throw new Error(`start answered ${response.status}: ${await response.text()}`);
  const cookie = response.headers.getSetCookie().map(text => text.split(';')[0] ?? '');
  return {
    page: new URL(response.headers.get('location') ?? ''),
    browser: { headers: { authorization: `Bearer ${token}`, cookie: cookie.join('; ') } },
  };
}

/** Presses the button on the consent page. @returns the address to which the provider sends the browser */
export async function decide(page: URL, account: string, decision: 'allow' | 'deny' = 'allow'): Promise<URL> {
  const response = await follow(page.href, { method: 'POST', body: new URLSearchParams({ account, decision }) });
  if (response.status !== 303)
    throw new Error(`the consent page answered ${response.status}: ${await response.text()}`);
  return new URL(response.headers.get('location') ?? '');
}

export type Landed = { readonly status: number; readonly text: string; readonly headers: Headers };

export async function land(url: URL, { headers }: Browser, accept = '*/*'): Promise<Landed> {
  const response = await follow(url.href, { headers: { ...headers, accept } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Goes all the way as an owner who allows the access. @throws unless the account is connected then */
export async function connectAs(walk: Walk, account: string): Promise<Landed> {
  const { page, browser } = await start(walk);
  const landed = await land(await decide(page, account), browser);
  if (landed.status !== 200) throw new Error(`connecting ${account} ended with ${landed.status}: ${landed.text}`);
  return landed;
}
