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

/** In production somebody must say which world the credentials are from; elsewhere they are sandbox ones until told. */
const environmentSchema = (env: Environment) => {
  const schema = Joi.string().valid('sandbox', 'production');
  return env.NODE_ENV === 'production' ? schema.required() : schema.default('sandbox');
};

export const providerVariables = (env: Environment) => {
  const payoneerCredential = () => (env.PAYOUT_PROVIDER === 'payoneer' ? credential().required() : credential());
  return {
    ...Object.fromEntries(urlVariables.map(variable => [variable, urlSchema(variable, env)])),
    PAYPAL_ENVIRONMENT: environmentSchema(env),
    PAYPAL_CLIENT_ID: credential().required(),
    PAYPAL_CLIENT_SECRET: credential().required(),
    PAYPAL_WEBHOOK_ID: credential().required(),
    PAYPAL_WEBHOOK_CA: env.NODE_ENV === 'production' ? Joi.forbidden() : Joi.string(),
    EBAY_ENVIRONMENT: environmentSchema(env),
    EBAY_CLIENT_ID: credential().required(),
    EBAY_CLIENT_SECRET: credential().required(),
    EBAY_RU_NAME: credential().required(),
    EBAY_VERIFICATION_TOKEN: Joi.string()
      .pattern(/^[\w-]{32,80}$/)
      .required()
      .messages({ 'string.pattern.base': '{#label} must be 32 to 80 letters, digits, _ or -, as eBay wants it' }),
    MERCADOLIBRE_CLIENT_ID: credential().required(),
    MERCADOLIBRE_CLIENT_SECRET: credential().required(),
    MERCADOLIBRE_WEBHOOK_SEGMENT: webhookSegment(),
    ALIEXPRESS_APP_KEY: credential().required(),
    ALIEXPRESS_APP_SECRET: credential().required(),
    ALIEXPRESS_WEBHOOK_SEGMENT: webhookSegment(),
    PAYONEER_ENVIRONMENT: Joi.string().valid('sandbox', 'production').default('sandbox'),
    PAYONEER_CLIENT_ID: payoneerCredential(),
    PAYONEER_CLIENT_SECRET: payoneerCredential(),
    PAYONEER_PROGRAM_ID: payoneerCredential(),
    PAYONEER_WEBHOOK_SECRET: credential(),
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
  const world = (variable: UrlVariable): ProviderEnvironment =>
    isProductionUrl(variable, url(variable)) ? 'production' : 'sandbox';
  return {
    paypal: {
      environment: values.PAYPAL_ENVIRONMENT,
      baseUrl: url('PAYPAL_BASE_URL'),
      clientId: values.PAYPAL_CLIENT_ID,
      clientSecret: values.PAYPAL_CLIENT_SECRET,
      webhookId: values.PAYPAL_WEBHOOK_ID,
      /** A PEM file: one more trust anchor for webhook certificates. Never in production. */
      ...(values.PAYPAL_WEBHOOK_CA === undefined ? {} : { webhookCaFile: values.PAYPAL_WEBHOOK_CA }),
    },
    ebay: {
      environment: values.EBAY_ENVIRONMENT,
      baseUrl: url('EBAY_BASE_URL'),
      clientId: values.EBAY_CLIENT_ID,
      clientSecret: values.EBAY_CLIENT_SECRET,
      verificationToken: values.EBAY_VERIFICATION_TOKEN,
      /** eBay's name for the address that a consent comes back to. */
      ruName: values.EBAY_RU_NAME,
    },
    mercadolibre: {
      environment: world('MERCADOLIBRE_BASE_URL'),
      baseUrl: url('MERCADOLIBRE_BASE_URL'),
      clientId: values.MERCADOLIBRE_CLIENT_ID,
      clientSecret: values.MERCADOLIBRE_CLIENT_SECRET,
      /** The end of the path that the application's notifications come to. Unset: each seller's own is the only one. */
      ...(values.MERCADOLIBRE_WEBHOOK_SEGMENT === undefined
        ? {}
        : { webhookSegment: values.MERCADOLIBRE_WEBHOOK_SEGMENT }),
    },
    aliexpress: {
      environment: world('ALIEXPRESS_BASE_URL'),
      baseUrl: url('ALIEXPRESS_BASE_URL'),
      /** The website, for the browser. */
      shopUrl: url('ALIEXPRESS_SHOP_URL'),
      appKey: values.ALIEXPRESS_APP_KEY,
      appSecret: values.ALIEXPRESS_APP_SECRET,
      /** The end of the path that order messages are pushed to. Unset: that route does not exist. */
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
      /** Payoneer gives it out on request and signs its notifications with it. Unset: that route does not exist. */
      ...(values.PAYONEER_WEBHOOK_SECRET === undefined ? {} : { webhookSecret: values.PAYONEER_WEBHOOK_SECRET }),
    },
  };
};
