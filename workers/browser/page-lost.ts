import { ProtocolError, TimeoutError } from 'puppeteer';

/** The page was taken away: the deadline, a shutdown, or a browser that died. */
export class PageLost extends Error {
  override readonly name = 'PageLost';
}

const lostWords =
  /detached|target closed|session closed|connection closed|context was destroyed|page has been closed|waiting failed|is disposed|net::ERR_|navigation timeout|protocol error/i;

/** The browser's own failures: we do not know how far the page came, only that it does nothing without us. */
export const isPageLost = (error: unknown): boolean =>
  error instanceof PageLost ||
  error instanceof TimeoutError ||
  error instanceof ProtocolError ||
  (error instanceof Error && lostWords.test(error.message));
