import { Terminal } from '../domain/call-outcome.ts';
import { createAliExpressClient } from './aliexpress/client.ts';
import { createEbayClient } from './ebay/client.ts';
import { createMercadoLibreClient } from './mercadolibre/client.ts';
import { createPayoneerToken } from './payoneer/token.ts';
import { createPayPalToken } from './paypal/token.ts';

/**
 * Whether a provider accepts these keys of our application: one real call each to its token endpoint. It bypasses the
 * gate, so that wrong keys do not open a circuit for the keys in use. @throws Terminal when the provider refuses them
 */
export const tryKeys = {
  async paypal(options: { baseUrl: string; clientId: string; clientSecret: string }): Promise<void> {
    await createPayPalToken({ ...options, gate: undefined }).get();
  },

  async payoneer(options: { loginUrl: string; clientId: string; clientSecret: string }): Promise<void> {
    await createPayoneerToken({ ...options, gate: undefined }).get();
  },

  /** Fetches an application token, and checks that it may list the destinations of notifications. */
  async ebay(options: { baseUrl: string; clientId: string; clientSecret: string }): Promise<void> {
    await createEbayClient({ ...options, gate: undefined }).notifications.listDestinations();
  },

  /** There is no token for the application itself: only a known one is told that its refresh token is unknown. */
  async mercadolibre(options: { baseUrl: string; clientId: string; clientSecret: string }): Promise<void> {
    const { refreshToken } = createMercadoLibreClient({ ...options, gate: undefined });
    await expectRefusal(refreshToken(nobodys), 'MERCADOLIBRE_INVALID_GRANT');
  },

  /** The same; a wrong secret is a wrong signature. */
  async aliexpress(options: { baseUrl: string; appKey: string; appSecret: string }): Promise<void> {
    const { refreshToken } = createAliExpressClient({ ...options, gate: undefined });
    await expectRefusal(refreshToken(nobodys), 'ALIEXPRESS_ILLEGAL_REFRESH_TOKEN');
  },
};

const nobodys = 'a-refresh-token-of-nobody';

async function expectRefusal(call: Promise<unknown>, code: string): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof Terminal && error.code === code)) throw error;
  });
}
