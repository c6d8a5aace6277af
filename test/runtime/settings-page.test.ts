import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { settingsFile, settingsPage } from '../../runtime/settings-page.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(settingsFile, 'utf8');
const described = new Set(page.matchAll(/^\| `(\w+)` \|/gm).map(([, name]) => String(name)));

/** Of the machine, npm and the operating system: nobody sets them for us. */
const foreign = new Set(['PATH', 'TMPDIR', 'LD_LIBRARY_PATH', 'npm_lifecycle_event', 'npm_node_execpath']);

/** `env.NAME`, `env['NAME']`, and `const { NAME, NAME: here } = env`. */
function readIn(text: string): string[] {
  const direct = text.matchAll(/\benv(?:ironment)?(?:\?\.|\.|\[')([A-Za-z]\w*)/g).map(([, name]) => String(name));
  const unpacked = text
    .matchAll(/\{([^{}]*)\}\s*=\s*(?:process\.|\w+\.)?env\b/g)
    .flatMap(([, names]) => String(names).split(','))
    .map(name => name.split(/[:=]/)[0]?.trim() ?? '');
  return [...direct, ...unpacked].filter(name => /^[A-Z]+(_[A-Z]+)*$/.test(name) || name.startsWith('npm_'));
}

const product = readdirSync(top, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', 'test'].includes(entry.name))
  .flatMap(({ name }) =>
    readdirSync(join(top, name), { recursive: true, encoding: 'utf8' }).map(path => join(name, path)),
  )
  .filter(path => /\.m?ts$/.test(path) || path.endsWith('.mjs'));

describe('docs/settings.md', () => {
  it('is what `npm run docs` writes: run it after a change of a setting', () => {
    expect(page).to.equal(settingsPage());
  });

  it('names every environment variable that the product reads', () => {
    expect(readIn(`process.env.A_B; env['C']; env?.D; const { E_F: here, G = 1 } = process.env;`)).to.deep.equal(
      ['A_B', 'C', 'D', 'E_F', 'G'],
      'the search finds each way of reading one',
    );
    const read = product.flatMap(path => readIn(readFileSync(join(top, path), 'utf8')).map(name => ({ name, path })));
    expect(read.map(({ name }) => name)).to.include.members([
      'NODE_ENV',
      'ADMIN_EMAIL',
      'SANDBOX_CA_FILE',
      'REDIS_URL',
    ]);
    const missing = read.filter(({ name }) => !described.has(name) && !foreign.has(name));
    expect(missing.map(({ name, path }) => `${name} in ${path}`)).to.deep.equal([]);
  });

  it('names every variable that docker-compose.yml asks for', () => {
    const compose = readFileSync(join(top, 'docker-compose.yml'), 'utf8');
    const asked = [...new Set(compose.matchAll(/\$\{(\w+)/g).map(([, name]) => String(name)))];
    expect(asked).to.include.members(['POSTGRES_PASSWORD', 'PAYPAL_CLIENT_ID']);
    expect(asked.filter(name => !page.includes(`\`${name}\``))).to.deep.equal([]);
  });
});
