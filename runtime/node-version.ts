/**
 * Imported first in every `main.ts`, before anything that an older Node could not run. Only npm's scripts are sure to
 * use the Node that the lock file brings; `node api/main.ts` typed into a shell is the host's.
 */
const needed = { major: 24, minor: 12 };

/** What is wrong with a Node version; undefined when it will do. */
export function nodeVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === needed.major && minor >= needed.minor) return undefined;
  return `This needs Node ${needed.major}.${needed.minor} or a later ${needed.major}, and runs on ${version}. Start it through npm (npm start, npm run api, …), which brings its own.`;
}

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
