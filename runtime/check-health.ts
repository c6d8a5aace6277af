/** `node runtime/check-health.ts <url>`: exits with 0 when it answers 2xx. For images that have no curl. */
const deadlineMs = 3_000;
const [url] = process.argv.slice(2);
if (!url) throw new Error('usage: node runtime/check-health.ts <url>');
const { ok } = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
process.exitCode = ok ? 0 : 1;
