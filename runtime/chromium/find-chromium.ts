import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Chromium } from './launch-chromium.ts';
import { npmChromium, npmHasChromium } from './npm-chromium.ts';
import { inOneLine, tryChromium } from './try-chromium.ts';

export type { Chromium } from './launch-chromium.ts';

/** `passedOver`: browsers that were found first and cannot be used, each with the reason. */
type FoundChromium = Chromium & { readonly passedOver: readonly string[] };

/** Where it is looked for. */
export type Places = {
  /** Folders with installed ones. */
  readonly path?: string;
  /** Where npm's own is unpacked. */
  readonly npmHome?: string;
};

/** The message names every Chromium that was found, and why it cannot be used. */
export class NoChromium extends Error {
  override readonly name = 'NoChromium';
}

const programs = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** Where they are not on the PATH. */
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The browser of this machine: the one that is named, else the first that can be used of those that are installed and
 * npm's own. Each is tried once: it opens a page as the workers do, and shows text. Where one is named, no other is
 * tried.
 * @throws NoChromium
 */
export async function findChromium(named: string | undefined, places: Places = {}): Promise<FoundChromium> {
  if (named !== undefined && !existsSync(named))
    throw new NoChromium(`CHROME_PATH says ${named}, and there is no such file`);
  const passedOver: string[] = [];
  for (const { name, open } of named === undefined ? candidates(places) : [installed(named)]) {
    try {
      const chromium = await open();
      await tryChromium(chromium);
      return { ...chromium, passedOver };
    } catch (error) {
      passedOver.push(`${name} cannot be used: ${inOneLine(error)}`);
    }
  }
  const why = passedOver.length > 0 ? passedOver.join('; ') : 'there is no Chromium here';
  throw new NoChromium(named === undefined ? `${why}. Install one, or set CHROME_PATH to it` : `CHROME_PATH: ${why}`);
}

type Candidate = { readonly name: string; open(): Promise<Chromium> };

const installed = (executablePath: string): Candidate => ({
  name: executablePath,
  open: async () => ({ executablePath, env: {} }),
});

function candidates({ path = process.env.PATH ?? '', npmHome }: Places): readonly Candidate[] {
  const folders = path.split(delimiter).filter(isAbsolute);
  const onPath = programs.flatMap(program => folders.map(folder => join(folder, program)));
  const paths = [...onPath, ...applications].filter(isProgram);
  const npmOwn = { name: 'the Chromium that npm brought', open: () => npmChromium(npmHome) };
  return [...firstOfEach(paths).map(installed), ...(npmHasChromium ? [npmOwn] : [])];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One program often has several names. */
function firstOfEach(paths: readonly string[]): readonly string[] {
  const files = paths.map(path => realpathSync(path));
  return paths.filter((_, index) => files.indexOf(files[index] ?? '') === index);
}
