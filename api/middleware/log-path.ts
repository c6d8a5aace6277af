/** A path without its query and without its secret segment, which is all that protects a webhook that is not signed. */
export const logPath = (url: string): string =>
  url.replace(/\?.*$/s, '').replace(/(\/webhooks\/(?:mercadolibre|aliexpress)\/)[^/]+/i, '$1…');
