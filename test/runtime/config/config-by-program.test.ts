/** Covers: runtime/config.ts, runtime/config/single-programs.ts. */
import { expect } from 'chai';
import {
  type Environment,
  readConfig,
  readDashboardConfig,
  readProcessConfig,
  readSealingConfig,
  readWorkerConfig,
} from '../../../runtime/config.ts';
import { testEnvironment } from '../../support/environment.ts';

const without = (env: Environment, secret: RegExp): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !secret.test(name)));
const ofProviders = /^(PAYPAL|EBAY|MERCADOLIBRE|ALIEXPRESS|PAYONEER)_/;

describe('what a program has to be told', () => {
  it('is no session key for the workers: nobody logs in there', () => {
    const env = without(testEnvironment(), /^JWT_SECRET$/);
    expect(readWorkerConfig(env)).not.to.have.any.keys('jwtSecret', 'trustedProxies');
    expect(() => readConfig(env)).to.throw('JWT_SECRET is required');
  });

  it('is no key of a provider for the dashboard, and the one that opens the addresses of buyers which it shows', () => {
    const env = testEnvironment();
    const config = readDashboardConfig(without(env, ofProviders));
    expect(config).to.deep.include({ paypal: { environment: 'sandbox' } });
    expect(config.encryptionKeys).to.have.length(1);
    expect(readDashboardConfig(env)).not.to.have.any.keys('ebay', 'aliexpress', 'platformBuyer');
    for (const secret of ['JWT_SECRET', 'ENCRYPTION_KEY'])
      expect(() => readDashboardConfig(without(env, new RegExp(`^${secret}$`)))).to.throw(`${secret} is required`);
  });

  it('is the database for a migration, and the keys too for their rotation', () => {
    const { DATABASE_URL, ENCRYPTION_KEY } = testEnvironment();
    expect(readProcessConfig({ DATABASE_URL }).databaseUrl).to.equal(DATABASE_URL);
    expect(readSealingConfig({ DATABASE_URL, ENCRYPTION_KEY }).encryptionKeys).to.have.length(1);
    expect(() => readSealingConfig({ DATABASE_URL })).to.throw('ENCRYPTION_KEY is required');
  });

  it('is still spelt right: a misspelt name stops each of them', () => {
    const env = testEnvironment({ PAYPAL_COLOUR: 'blue' });
    for (const read of [readConfig, readWorkerConfig, readDashboardConfig, readProcessConfig, readSealingConfig])
      expect(() => read(env)).to.throw('PAYPAL_COLOUR is unknown');
  });
});
