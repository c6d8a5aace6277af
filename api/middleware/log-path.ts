/** A path without its query and without what opens something: a segment is all that protects what is not signed. */
export const logPath = (url: string): string =>
  url.replace(/\?.*$/s, '').replace(/(\/webhooks\/(?:mercadolibre|aliexpress)\/)[^/]+/i, '$1…');
