import { rmSync } from 'node:fs';
import { endProcesses } from './end-processes.ts';
import { leftBehind, removeFolder } from './run-folder.ts';
import { runningIn } from './started-processes.ts';

/**
 * Clears away what processes of ours that are dead have left: ends what they had started, and removes their folders. Again,
 * until nothing is found: what is ended may have started something itself. Safe to run at any time, any number at once.
 */
export async function clearUp(): Promise<void> {
  for (let { folders, files } = leftBehind(); folders.length + files.length > 0; { folders, files } = leftBehind()) {
    for (const file of files) rmSync(file, { force: true });
    await endProcesses(folders.flatMap(runningIn));
    for (const folder of folders) removeFolder(folder);
  }
}

if (import.meta.main) await clearUp();
