/** eBay's other hosts go with the one of its API: `api.` becomes `auth.` or `apiz.`. A simulator is one host. */
export const sister = (baseUrl: string, host: 'auth' | 'apiz'): string =>
  baseUrl.replace(/^https:\/\/api\.((?:sandbox\.)?ebay\.com)$/, `https://${host}.$1`);
