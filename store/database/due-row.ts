/** A row that has a time to be looked at, and one process at a time that may write it. */

/** How long a job that was added with the commit has before the sweep asks after it. */
export const graceMs = 2_000;

/** A wait that somebody's deed ends is looked at once more after this long: the deed may have come before the commit. */
export const secondLookMs = 60_000;

/** Another process claimed the row after us: whatever we were about to write is no longer ours to write. */
export class LostClaim extends Error {
  override readonly name = 'LostClaim';
  constructor(id: string) {
    super(`${id} was claimed by somebody else, or moved on`);
  }
}
