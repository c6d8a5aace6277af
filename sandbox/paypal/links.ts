import type { World } from '../world.ts';
import type { Link } from './refusals.ts';

/** A link of PayPal's answers; `path` is below its base URL. */
export const link = (world: World, path: string, rel: string, method = 'GET'): Link => ({
  href: `${world.publicUrl()}/paypal${path}`,
  rel,
  method,
});
