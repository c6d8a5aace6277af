/** What each provider knows about its one client: the product's own settings, by the same names. */
export type Credentials = {
  readonly paypal: { readonly clientId: string; readonly clientSecret: string; readonly webhookId: string };
  readonly aliexpress: { readonly appKey: string; readonly appSecret: string };
  readonly ebay: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly verificationToken: string;
    /** Stands for the address that eBay sends a browser back to. */
    readonly ruName: string;
  };
  readonly mercadolibre: { readonly clientId: string; readonly clientSecret: string };
  readonly payoneer: { readonly clientId: string; readonly clientSecret: string; readonly programId: string };
};

/** @throws Error that names every variable that is missing. */
export function credentialsFrom(environment: NodeJS.ProcessEnv): Credentials {
  const missing: string[] = [];
  const read = (name: string): string => {
    const value = environment[name];
    if (!value) missing.push(name);
    return value ?? '';
  };
  const credentials: Credentials = {
    paypal: {
      clientId: read('PAYPAL_CLIENT_ID'),
      clientSecret: read('PAYPAL_CLIENT_SECRET'),
      webhookId: read('PAYPAL_WEBHOOK_ID'),
    },
    aliexpress: { appKey: read('ALIEXPRESS_APP_KEY'), appSecret: read('ALIEXPRESS_APP_SECRET') },
    ebay: {
      clientId: read('EBAY_CLIENT_ID'),
      clientSecret: read('EBAY_CLIENT_SECRET'),
      verificationToken: read('EBAY_VERIFICATION_TOKEN'),
      ruName: read('EBAY_RU_NAME'),
    },
    mercadolibre: { clientId: read('MERCADOLIBRE_CLIENT_ID'), clientSecret: read('MERCADOLIBRE_CLIENT_SECRET') },
    payoneer: {
      clientId: read('PAYONEER_CLIENT_ID'),
      clientSecret: read('PAYONEER_CLIENT_SECRET'),
      programId: read('PAYONEER_PROGRAM_ID'),
    },
  };
  if (missing.length > 0) throw new Error(`the sandbox needs ${missing.join(', ')}`);
  return credentials;
}
