/** A path without its query and without what opens something: a segment is all that protects MercadoLibre's webhooks. */
export const logPath = (url: string): string =>
  url.replace(/\?.*$/s, '').replace(/(\/webhooks\/mercadolibre\/)[^/]+/i, '$1…');
