/**
 * A process without a port tells its supervisor that it is up. Nothing happens when nobody supervises it. Called once,
 * at the end of `main.ts`.
 */
export const announceReady = (): void => {
  process.send?.('ready');
};
