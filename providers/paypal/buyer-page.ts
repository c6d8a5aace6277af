type Link = { readonly href: string; readonly rel?: string };

/** PayPal's own pages for buyers: `www.paypal.com`, `www.sandbox.paypal.com`. */
const isPayPals = ({ protocol, hostname, port, username, password }: URL): boolean =>
  protocol === 'https:' && port === '' && !username && !password && /(^|\.)paypal\.com$/.test(hostname);

/**
 * The first of these links that leads to PayPal and nowhere else: the buyer is sent there to pay.
 * @param baseUrl our configured PayPal; a simulator's pages lie beside its API
 */
export function buyerPage(links: readonly Link[], rels: readonly string[], baseUrl: string): string | undefined {
  const base = new URL(baseUrl);
  return rels
    .flatMap(rel => links.filter(link => link.rel === rel))
    .map(({ href }) => href)
    .find(href => {
      if (!URL.canParse(href)) return false;
      const url = new URL(href);
      return isPayPals(url) || url.origin === base.origin;
    });
}
