import { expect } from 'chai';
import {
  ConfigError,
  type Environment,
  knownVariables,
  readAdministratorUrl,
  readConfig,
} from '../../runtime/config.ts';
import { testEnvironment } from '../support/environment.ts';

const mistakesIn = (env: Environment): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
};

const inProduction = (changes: Environment = {}) =>
  testEnvironment({
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://shop.example.com',
    PAYPAL_ENVIRONMENT: 'production',
    EBAY_ENVIRONMENT: 'production',
    TRUSTED_PROXIES: 'none',
    ...changes,
  });

describe('configuration', () => {
  it('needs nothing beyond the secrets and a database, and points at the sandbox', () => {
    const config = readConfig(testEnvironment({ SANDBOX_PORT: '4002', PORT: '4000' }));
    expect(config).to.include({ port: 4000, publicUrl: 'http://127.0.0.1:4000', maxDailyOrders: 100 });
    expect(config.paypal).to.include({ environment: 'sandbox', baseUrl: 'http://127.0.0.1:4002/paypal' });
    expect(config.payoneer.loginUrl).to.equal('http://127.0.0.1:4002/payoneer/login');
    expect(config.encryptionKeys[0]?.key).to.have.length(32);
    expect(config).not.to.have.property('redisUrl');
  });

  it('is frozen all the way down', () => {
    const config = readConfig(testEnvironment());
    expect([config, config.paypal, config.encryptionKeys, config.encryptionKeys[0]].every(Object.isFrozen)).to.equal(
      true,
    );
  });

  it('tells every mistake at once', () => {
    const mistakes = mistakesIn(
      testEnvironment({
        JWT_SECRET: 'short',
        PORT: 'x',
        ENCRYPTION_KEY: 'a:b',
        ADMIN_PAYOUT_EMAIL: '',
        PAYOUT_HOLD_DAYS: '-1',
      }),
    );
    expect(mistakes).to.have.members([
      'JWT_SECRET must be at least 32 bytes',
      'PORT must be a number',
      'ENCRYPTION_KEY must be keyId:base64 of 32 bytes, older keys after a comma',
      'ADMIN_PAYOUT_EMAIL is required',
      'PAYOUT_HOLD_DAYS must be greater than or equal to 0',
    ]);
  });

  it('has no default for a secret', () => {
    const secrets = Object.keys(testEnvironment()).filter(name => /SECRET|KEY|TOKEN|CLIENT|WEBHOOK_ID/.test(name));
    expect(mistakesIn({ DATABASE_URL: 'postgres://localhost/db' })).to.include.members(
      secrets.map(name => `${name} is required`),
    );
  });

  it('never repeats a value that could be a secret', () => {
    const message = mistakesIn(
      testEnvironment({
        JWT_SECRET: 'hunter2',
        ENCRYPTION_KEY: 'k:hunter2',
        DATABASE_URL: 'mysql://app:hunter2@localhost/db',
        REDIS_URL: 'hunter2',
        EBAY_VERIFICATION_TOKEN: 'hunter2',
        PAYPAL_BASE_URL: 'hunter2',
      }),
    ).join();
    expect(message).to.include('DATABASE_URL').and.include('EBAY_VERIFICATION_TOKEN').and.not.include('hunter2');
  });

  it('tells who administers the database to the migration alone, which cannot do without', () => {
    const address = 'postgresql://app:hunter2@localhost/db';
    expect(JSON.stringify(readConfig(testEnvironment({ MIGRATION_DATABASE_URL: address })))).not.to.include('hunter2');
    expect(readAdministratorUrl({ MIGRATION_DATABASE_URL: address })).to.equal(address);
    for (const wrong of [undefined, '', 'mysql://app:hunter2@localhost/db'])
      expect(() => readAdministratorUrl({ MIGRATION_DATABASE_URL: wrong }))
        .to.throw(ConfigError, 'MIGRATION_DATABASE_URL')
        .and.have.property('message')
        .that.does.not.include('hunter2');
  });

  it('asks what a misspelt name was meant to be', () => {
    expect(mistakesIn(testEnvironment({ EBAY_CLIENT_ID: undefined, EBAY_CLIENTID: 'x' }))).to.include(
      'EBAY_CLIENTID is unknown: did you mean EBAY_CLIENT_ID?',
    );
    expect(mistakesIn(testEnvironment({ DATABASE_URL: undefined, DATABSE_URL: 'x' }))).to.include(
      'DATABSE_URL is unknown: did you mean DATABASE_URL?',
    );
    expect(mistakesIn(testEnvironment({ REDIS_URI: 'x' }))).to.deep.equal([
      'REDIS_URI is unknown: did you mean REDIS_URL?',
    ]);
    expect(mistakesIn(testEnvironment({ PAYPAL_COLOUR: 'blue' }))).to.deep.equal(['PAYPAL_COLOUR is unknown']);
  });

  it("leaves other programs' variables alone", () => {
    expect(
      mistakesIn(testEnvironment({ HOME: '/root', POST: '1', MAX_OLD_SPACE: '1', CI: 'true', npm_config_x: '1' })),
    ).to.deep.equal([]);
  });

  it('knows every name that the manual promises', () => {
    expect(knownVariables()).to.include.members([
      'JWT_SECRET',
      'PAYPAL_WEBHOOK_ID',
      'MAX_DAILY_SPEND_USD',
      'ADMIN_PASSWORD',
    ]);
  });

  it('takes several encryption keys, the first of them to seal with', () => {
    const [a, b] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
    const { encryptionKeys } = readConfig(testEnvironment({ ENCRYPTION_KEY: `new:${a},old:${b}` }));
    expect(encryptionKeys.map(({ id }) => id)).to.deep.equal(['new', 'old']);
    expect(mistakesIn(testEnvironment({ ENCRYPTION_KEY: `k:${a},k:${b}` }))).to.deep.equal([
      'ENCRYPTION_KEY names a key twice',
    ]);
  });

  it('asks for the Payoneer credentials only where Payoneer pays', () => {
    expect(mistakesIn(testEnvironment({ PAYOUT_PROVIDER: 'payoneer' }))).to.deep.equal([
      'PAYONEER_CLIENT_ID is required',
      'PAYONEER_CLIENT_SECRET is required',
      'PAYONEER_PROGRAM_ID is required',
    ]);
  });

  describe('addresses of the providers', () => {
    it("are the providers' own in production", () => {
      const { paypal, ebay, mercadolibre, aliexpress, payoneer } = readConfig(inProduction());
      expect([paypal, ebay, mercadolibre, aliexpress].map(({ baseUrl }) => baseUrl)).to.deep.equal([
        'https://api-m.paypal.com',
        'https://api.ebay.com',
        'https://api.mercadolibre.com',
        'https://api-sg.aliexpress.com',
      ]);
      expect(payoneer.baseUrl).to.equal('https://api.sandbox.payoneer.com');
      expect(readConfig(inProduction({ PAYPAL_ENVIRONMENT: 'sandbox' })).paypal.baseUrl).to.equal(
        'https://api-m.sandbox.paypal.com',
      );
    });

    it('are refused in production when they are anybody else', () => {
      for (const variable of ['PAYPAL', 'EBAY', 'MERCADOLIBRE', 'ALIEXPRESS', 'PAYONEER'].map(
        name => `${name}_BASE_URL`,
      )) {
        for (const url of [
          'http://127.0.0.1:3002/x',
          'https://api-m.paypal.com.evil.example',
          'https://api-m.paypal.com@evil.example',
        ]) {
          expect(mistakesIn(inProduction({ [variable]: url })), `${variable}=${url}`).to.have.length(1);
        }
      }
      expect(mistakesIn(inProduction({ PAYPAL_BASE_URL: 'https://api-m.paypal.com/' }))).to.deep.equal([]);
    });

    it('are refused anywhere when production credentials would go elsewhere', () => {
      expect(
        mistakesIn(
          testEnvironment({ PAYPAL_ENVIRONMENT: 'production', PAYPAL_BASE_URL: 'http://127.0.0.1:3002/paypal' }),
        ),
      ).to.have.length(1);
      expect(readConfig(testEnvironment({ PAYPAL_ENVIRONMENT: 'production' })).paypal.baseUrl).to.equal(
        'https://api-m.paypal.com',
      );
    });

    it('go with an https address of our own and no extra trust in production', () => {
      expect(mistakesIn(inProduction({ PUBLIC_URL: 'http://shop.example.com' }))).to.have.length(1);
      expect(mistakesIn(inProduction({ PUBLIC_URL: undefined }))).to.deep.equal(['PUBLIC_URL is required']);
      expect(mistakesIn(inProduction({ PAYPAL_WEBHOOK_CA: '/tmp/ca.pem' }))).to.deep.equal([
        'PAYPAL_WEBHOOK_CA is not allowed',
      ]);
    });
  });
});
