/** Ends well when the product finds a browser that it can use; else says why there is none. */
import { findChromium, NoChromium } from '../../runtime/chromium/find-chromium.ts';

await findChromium(process.env.CHROME_PATH).catch((error: unknown) => {
  if (!(error instanceof NoChromium)) throw error;
  process.stdout.write(error.message);
  process.exitCode = 1;
});
