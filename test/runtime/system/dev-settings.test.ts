import { mkdtempDisposableSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig } from '../../../runtime/config.ts';
import { devSettings } from '../../../runtime/system/dev-settings.ts';

const database = { DATABASE_URL: 'postgresql://localhost/postgres' };

describe('development settings', () => {
  it('complete a configuration, once for all starts, and only their owner can read them', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'orders-settings-'));
    const settings = devSettings(join(folder.path, 'data'), database);
    expect(readConfig({ ...database, ...settings }).encryptionKeys).to.have.length(1);
    expect(devSettings(join(folder.path, 'data'), database)).to.deep.equal(settings);
    const file = join(folder.path, 'data', 'secrets.json');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(settings);
  });

  it('differ between two folders', () => {
    using one = mkdtempDisposableSync(join(tmpdir(), 'orders-settings-'));
    using two = mkdtempDisposableSync(join(tmpdir(), 'orders-settings-'));
    const { ADMIN_EMAIL: _, ADMIN_PAYOUT_EMAIL: __, ...secrets } = devSettings(one.path, database);
    const others = devSettings(two.path, database);
    for (const [name, value] of Object.entries(secrets)) expect(others[name], name).not.to.equal(value);
  });

  it('never replace what the environment gives, nor invent credentials for a real provider', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'orders-settings-'));
    const settings = devSettings(folder.path, {
      JWT_SECRET: 'mine',
      PAYPAL_ENVIRONMENT: 'production',
      EBAY_BASE_URL: 'https://api.sandbox.ebay.com',
    });
    expect(settings).not.to.have.any.keys('JWT_SECRET', 'PAYPAL_CLIENT_ID', 'EBAY_CLIENT_SECRET');
    expect(settings).to.include.all.keys('ALIEXPRESS_APP_KEY', 'MERCADOLIBRE_CLIENT_ID', 'ENCRYPTION_KEY');
  });

  it('do not exist in production', () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'orders-settings-'));
    expect(devSettings(folder.path, { NODE_ENV: 'production' })).to.deep.equal({});
  });
});
