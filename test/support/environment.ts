import { randomBytes } from 'node:crypto';
import { type Config, type Environment, readConfig } from '../../runtime/config.ts';

/** Everything that `readConfig` requires, with secrets that exist in this process only. */
export const testEnvironment = (changes: Environment = {}): Environment => ({
  NODE_ENV: 'test',
  LOG_LEVEL: 'warn',
  DATABASE_URL: 'postgresql://app:password@127.0.0.1:5432/postgres',
  JWT_SECRET: randomBytes(32).toString('hex'),
  ENCRYPTION_KEY: `test:${randomBytes(32).toString('base64')}`,
  PAYPAL_CLIENT_ID: 'paypal-client',
  PAYPAL_CLIENT_SECRET: 'paypal-secret',
  PAYPAL_WEBHOOK_ID: 'paypal-webhook',
  EBAY_CLIENT_ID: 'ebay-client',
  EBAY_CLIENT_SECRET: 'ebay-secret',
  EBAY_RU_NAME: 'Our_App-OurApp-Produc-abcde',
  EBAY_VERIFICATION_TOKEN: 'ebay-verification-token-of-40-characters',
  MERCADOLIBRE_CLIENT_ID: 'mercadolibre-client',
  MERCADOLIBRE_CLIENT_SECRET: 'mercadolibre-secret',
  ALIEXPRESS_APP_KEY: 'aliexpress-key',
  ALIEXPRESS_APP_SECRET: 'aliexpress-secret',
  ADMIN_PAYOUT_EMAIL: 'platform@example.com',
  ...changes,
});

/** The configuration of a test process, changed by environment variables as in real life. */
export const testConfig = (changes: Environment = {}): Config => readConfig(testEnvironment(changes));
