import Joi from 'joi';
import type { Environment } from './environment.ts';
import type { ProcessValues } from './process.ts';
import {
  isProductionUrl,
  type ProviderEnvironment,
  simulatorUrl,
  type UrlVariable,
  urlSchema,
  urlVariables,
} from './provider-urls.ts';

const credential = () => Joi.string().max(4096);
const webhookSegment = () =>
  Joi.string()
    .pattern(/^[\w-]{32,128}$/)
    .messages({ 'string.pattern.base': '{#label} must be 32 to 128 random letters, digits, _ or -' });

/** Required in production; elsewhere the credentials are a sandbox's unless the setting says otherwise. */
const environmentSchema = (env: Environment) => {
  const schema = Joi.string().valid('sandbox', 'production');
  return env.NODE_ENV === 'production' ? schema.required() : schema.default('sandbox');
};

export const providerVariables = (env: Environment) => {
  const payoneerCredential = () => (env.PAYOUT_PROVIDER === 'payoneer' ? credential().required() : credential());
  return {
    ...Object.fromEntries(urlVariables.map(variable => [variable, urlSchema(variable, env)])),
    PAYPAL_ENVIRONMENT: environmentSchema(env).description(
      'Which of PayPal’s two environments the credentials belong to.',
    ),
    PAYPAL_CLIENT_ID: credential().required().description('Of the PayPal application.'),
    PAYPAL_CLIENT_SECRET: credential().required().description('Of the PayPal application.'),
    PAYPAL_WEBHOOK_ID: credential()
      .required()
      .description('PayPal’s id of the webhook; register `PUBLIC_URL/api/webhooks/paypal` for it.'),
    PAYPAL_WEBHOOK_CA: (env.NODE_ENV === 'production' ? Joi.forbidden() : Joi.string()).description(
      'A PEM file with one more certificate authority for PayPal’s notifications: the sandbox’s.',
    ),
    EBAY_ENVIRONMENT: environmentSchema(env).description('Which of eBay’s two environments the credentials belong to.'),
    EBAY_CLIENT_ID: credential().required().description('Of the eBay keyset.'),
    EBAY_CLIENT_SECRET: credential().required().description('Of the eBay keyset.'),
    EBAY_RU_NAME: credential()
      .required()
      .description('eBay’s name (RuName) for the address `PUBLIC_URL/api/connections/ebay/callback`.'),
    EBAY_VERIFICATION_TOKEN: Joi.string()
      .pattern(/^[\w-]{32,80}$/)
      .required()
      .messages({ 'string.pattern.base': '{#label} must be 32 to 80 letters, digits, _ or -, as eBay wants it' })
      .description(
        '32 to 80 letters, digits, _ or -: the token entered at eBay beside the address `PUBLIC_URL/api/webhooks/ebay`.',
      ),
    MERCADOLIBRE_CLIENT_ID: credential()
      .required()
      .description('Of the application; its redirect address is `PUBLIC_URL/api/connections/mercadolibre/callback`.'),
    MERCADOLIBRE_CLIENT_SECRET: credential().required().description('Of the MercadoLibre application.'),
    MERCADOLIBRE_WEBHOOK_SEGMENT: webhookSegment().description(
      '32 to 128 random letters, digits, _ or -. Register `PUBLIC_URL/api/webhooks/mercadolibre/<segment>` as the ' +
        'application’s notifications address, topic `orders_v2`. Left out, each seller has only an address of their own.',
    ),
    ALIEXPRESS_APP_KEY: credential()
      .required()
      .description(
        'Of the application; its callback address is `PUBLIC_URL/api/connections/aliexpress-dropshipping/callback`.',
      ),
    ALIEXPRESS_APP_SECRET: credential().required().description('Of the AliExpress application.'),
    ALIEXPRESS_WEBHOOK_SEGMENT: webhookSegment().description(
      '32 to 128 random letters, digits, _ or -. Register `PUBLIC_URL/api/webhooks/aliexpress/<segment>` for order ' +
        'messages. Left out, orders are followed by asking alone.',
    ),
    PAYONEER_ENVIRONMENT: Joi.string()
      .valid('sandbox', 'production')
      .default('sandbox')
      .description('Which of Payoneer’s two environments the credentials belong to.'),
    PAYONEER_CLIENT_ID: payoneerCredential().description('Required where `PAYOUT_PROVIDER` is `payoneer`.'),
    PAYONEER_CLIENT_SECRET: payoneerCredential().description('Required where `PAYOUT_PROVIDER` is `payoneer`.'),
    PAYONEER_PROGRAM_ID: payoneerCredential().description('Required where `PAYOUT_PROVIDER` is `payoneer`.'),
    PAYONEER_WEBHOOK_SECRET: credential().description(
      'Signs Payoneer’s notifications. Register `PUBLIC_URL/api/webhooks/payoneer/<kind>` for each kind, such as ' +
        '`payment-request-accepted`, `cancel-payout`, `sent-to-bank`. Left out, there is no such route.',
    ),
  };
};

export type ProviderValues = Pick<ProcessValues, 'SANDBOX_PORT'> & { [Variable in UrlVariable]?: string } & {
  PAYPAL_ENVIRONMENT: ProviderEnvironment;
  PAYPAL_CLIENT_ID: string;
  PAYPAL_CLIENT_SECRET: string;
  PAYPAL_WEBHOOK_ID: string;
  PAYPAL_WEBHOOK_CA?: string;
  EBAY_ENVIRONMENT: ProviderEnvironment;
  EBAY_CLIENT_ID: string;
  EBAY_CLIENT_SECRET: string;
  EBAY_RU_NAME: string;
  EBAY_VERIFICATION_TOKEN: string;
  MERCADOLIBRE_CLIENT_ID: string;
  MERCADOLIBRE_CLIENT_SECRET: string;
  MERCADOLIBRE_WEBHOOK_SEGMENT?: string;
  ALIEXPRESS_APP_KEY: string;
  ALIEXPRESS_APP_SECRET: string;
  ALIEXPRESS_WEBHOOK_SEGMENT?: string;
  PAYONEER_ENVIRONMENT: ProviderEnvironment;
  PAYONEER_CLIENT_ID?: string;
  PAYONEER_CLIENT_SECRET?: string;
  PAYONEER_PROGRAM_ID?: string;
  PAYONEER_WEBHOOK_SECRET?: string;
};

export const providerSettings = (values: ProviderValues) => {
  const url = (variable: UrlVariable) => values[variable] ?? simulatorUrl(variable, values.SANDBOX_PORT);
  const environmentOf = (variable: UrlVariable): ProviderEnvironment =>
    isProductionUrl(variable, url(variable)) ? 'production' : 'sandbox';
  return {
    paypal: {
      environment: values.PAYPAL_ENVIRONMENT,
      baseUrl: url('PAYPAL_BASE_URL'),
      clientId: values.PAYPAL_CLIENT_ID,
      clientSecret: values.PAYPAL_CLIENT_SECRET,
      webhookId: values.PAYPAL_WEBHOOK_ID,
      ...(values.PAYPAL_WEBHOOK_CA === undefined ? {} : { webhookCaFile: values.PAYPAL_WEBHOOK_CA }),
    },
    ebay: {
      environment: values.EBAY_ENVIRONMENT,
      baseUrl: url('EBAY_BASE_URL'),
      clientId: values.EBAY_CLIENT_ID,
      clientSecret: values.EBAY_CLIENT_SECRET,
      verificationToken: values.EBAY_VERIFICATION_TOKEN,
      ruName: values.EBAY_RU_NAME,
    },
    mercadolibre: {
      environment: environmentOf('MERCADOLIBRE_BASE_URL'),
      baseUrl: url('MERCADOLIBRE_BASE_URL'),
      clientId: values.MERCADOLIBRE_CLIENT_ID,
      clientSecret: values.MERCADOLIBRE_CLIENT_SECRET,
      ...(values.MERCADOLIBRE_WEBHOOK_SEGMENT === undefined
        ? {}
        : { webhookSegment: values.MERCADOLIBRE_WEBHOOK_SEGMENT }),
    },
    aliexpress: {
      environment: environmentOf('ALIEXPRESS_BASE_URL'),
      baseUrl: url('ALIEXPRESS_BASE_URL'),
      /** The website, for the browser. */
      shopUrl: url('ALIEXPRESS_SHOP_URL'),
      appKey: values.ALIEXPRESS_APP_KEY,
      appSecret: values.ALIEXPRESS_APP_SECRET,
      ...(values.ALIEXPRESS_WEBHOOK_SEGMENT === undefined ? {} : { webhookSegment: values.ALIEXPRESS_WEBHOOK_SEGMENT }),
    },
    /** The credentials are there whenever Payoneer is the payout provider. */
    payoneer: {
      environment: values.PAYONEER_ENVIRONMENT,
      baseUrl: url('PAYONEER_BASE_URL'),
      loginUrl: url('PAYONEER_LOGIN_URL'),
      ...(values.PAYONEER_CLIENT_ID === undefined ? {} : { clientId: values.PAYONEER_CLIENT_ID }),
      ...(values.PAYONEER_CLIENT_SECRET === undefined ? {} : { clientSecret: values.PAYONEER_CLIENT_SECRET }),
      ...(values.PAYONEER_PROGRAM_ID === undefined ? {} : { programId: values.PAYONEER_PROGRAM_ID }),
      /** Payoneer gives it out on request. */
      ...(values.PAYONEER_WEBHOOK_SECRET === undefined ? {} : { webhookSecret: values.PAYONEER_WEBHOOK_SECRET }),
    },
  };
};
