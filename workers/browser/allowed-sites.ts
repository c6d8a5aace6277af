import { isIP } from 'node:net';

/** Where the shop is: the one authority on where the browser may be, and where it may send and fetch what. */
export type ShopSite = {
  readonly baseUrl: string;
  /** Whether a document at this address is the shop's: only there anything is typed or clicked. */
  has(url: string): boolean;
  /** Whether a page of the shop may fetch this. Pictures and scripts come from many hosts, none of them inside our network. */
  mayLoad(url: string): boolean;
};

/**
 * AliExpress is all of `aliexpress.com` over https. Any other shop (the sandbox's; the configuration refuses others in
 * production) is exactly the origin of its base URL.
 */
export function shopSite(baseUrl: string): ShopSite {
  const base = new URL(baseUrl);
  const isOurs = isAliExpress(base) ? isAliExpress : ({ origin }: URL) => origin === base.origin;
  const parsed = (url: string) => (URL.canParse(url) ? new URL(url) : undefined);
  const test = (url: string, accepts: (url: URL) => boolean): boolean => {
    const address = parsed(url);
    return address !== undefined && accepts(address);
  };
  return {
    baseUrl,
    has: url => test(url, isOurs),
    mayLoad: url => test(url, address => isOurs(address) || isInline(address) || isPublic(address)),
  };
}

const isAliExpress = ({ protocol, port, hostname }: URL): boolean =>
  protocol === 'https:' && port === '' && (hostname === 'aliexpress.com' || hostname.endsWith('.aliexpress.com'));

/** What a page has brought along itself. */
const isInline = ({ protocol }: URL): boolean => protocol === 'data:' || protocol === 'blob:';

/** Names that never leave a network: RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`. */
const innerName = /\.(local|localhost|internal|arpa)$/;

/**
 * Over https a host must prove its name before it is asked anything: a public name that leads inside proves nothing there.
 * Addresses and names without a dot are a network's own.
 */
function isPublic({ protocol, hostname }: URL): boolean {
  const name = hostname.replace(/\.$/, '');
  return protocol === 'https:' && name.includes('.') && isIP(name) === 0 && !innerName.test(name);
}
