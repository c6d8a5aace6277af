/**
 * A process without a port tells its supervisor that it is up. Nothing happens when nobody supervises it. Called at
 * the end of `main.ts`, or before, by a process that waits for something outside and cannot be helped by a restart.
 */
export const announceReady = (): void => {
  process.send?.('ready');
};
