/**
 * The Chromium that npm brings, as archives: made for machines with nothing on them, it has a font, the libraries of NSS
 * and a renderer in software beside it. Unpacked on first use (220 MB, about 2 s) into `node_modules/.cache` where the
 * checkout is this user's own, so that it goes with the checkout; else into the user's `~/.cache`; where there is none, into
 * a new folder for temporary files, which a later process clears away. Never into one that others could have made before.
 *
 * It is unpacked into a draft, which then takes its place in one step: whoever finds the folder finds it whole, however
 * many processes unpack at once and wherever one of them is killed. The next to look for it clears away what that one left.
 */
import {
  accessSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import { assertOurs } from '../system/assert-ours.ts';
import { ownFolder, removeFolder, removeLeftovers } from '../system/own-folder.ts';
import type { Chromium } from './launch-chromium.ts';

/** npm ships it for one kind of machine only. */
export const npmHasChromium = process.platform === 'linux' && process.arch === 'x64';

// Its package.json is not among what it exports.
const packageFolder = () => join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
const uid = process.getuid?.() ?? 0;
const draftPrefix = 'orders-chromium-draft-';

/** Something of each archive: what clears temporary files away by their age may leave some of them. */
const parts = ['chromium', 'libvk_swiftshader.so', 'lib/libnss3.so', 'fonts/Open_Sans', 'fonts.conf'];
/**
 * The one in the archive names folders of AWS Lambda; without any font Chromium aborts at the first input field. The
 * index that fontconfig makes of them stays beside them.
 */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** @throws where it cannot be unpacked, and where its folder in a shared one is somebody else's */
export async function npmChromium(home = usualHome()): Promise<Chromium> {
  const from = packageFolder();
  const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { version: string };
  const folder = join(home, `orders-chromium-${version}-${uid}`);
  if (isWhole(folder)) removeLeftovers(home, draftPrefix);
  else await unpack(join(from, 'bin'), home, folder);
  assertOurs(folder);
  const libraries = [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(folder, 'fonts.conf'), XDG_CACHE_HOME: folder },
  };
}

/** @param modules where the packages are; @param cache of the user */
export function usualHome(modules = join(packageFolder(), '..', '..'), cache = join(homedir(), '.cache')): string {
  return own(modules, join(modules, '.cache')) ?? own(homedir(), cache) ?? freshHome();
}

/** The folder, made when it is not there; nothing where it cannot be this user's alone. */
function own(parent: string, folder: string): string | undefined {
  try {
    if (statSync(parent).uid !== uid) return undefined;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    assertOurs(folder);
    return folder;
  } catch {
    return undefined; // a read-only file system, or one that is not ours: there is another place
  }
}

let fresh: string | undefined;
const freshHome = (): string => (fresh ??= ownFolder(tmpdir(), 'orders-chromium-home-'));

const isWhole = (folder: string): boolean => parts.every(part => existsSync(join(folder, part)));

async function unpack(archives: string, home: string, folder: string): Promise<void> {
  const draft = ownFolder(home, draftPrefix);
  const extract = (archive: string, to: Writable) =>
    pipeline(createReadStream(join(archives, archive)), createBrotliDecompress({ chunkSize: 2 ** 20 }), to);
  try {
    await Promise.all([
      extract('chromium.br', createWriteStream(join(draft, 'chromium'), { mode: 0o700 })),
      ...['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'].map(archive => extract(archive, unpackTar(draft))),
    ]);
    writeFileSync(join(draft, 'fonts.conf'), fontsConf);
    takePlace(draft, folder);
  } finally {
    await removeFolder(draft);
  }
}

function takePlace(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (isWhole(folder)) return; // another process was quicker
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  }
}
