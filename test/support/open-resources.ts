import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** How many of each thing keep the event loop alive: connections, servers, child processes, timers. */
export type OpenResources = ReadonlyMap<string, number>;

/** Call it in an async hook: after a turn, mocha's timer for that hook is running and counts in every look alike. */
export async function openResources(): Promise<OpenResources> {
  await nextTurn();
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** What is open now and was not before, such as `TCPSocketWrap ×2`; waits `graceMs` for what is still closing. */
export async function leakedSince(before: OpenResources, graceMs: number): Promise<string[]> {
  const end = Date.now() + graceMs;
  for (;;) {
    const leaked = [...(await openResources())].filter(([type, count]) => count > (before.get(type) ?? 0));
    if (leaked.length === 0 || Date.now() >= end) {
      return leaked.map(([type, count]) => `${type} ×${count - (before.get(type) ?? 0)}`);
    }
    await sleep(25);
  }
}
