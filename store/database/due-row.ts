/** A row that has a time to be looked at, and one process at a time that may write it. */

/** How long a job that was added with the commit has before the sweep looks for it. */
export const graceMs = 2_000;

/** A wait that an action ends is checked once more after this long: the action may have come before the commit. */
export const secondLookMs = 60_000;

/** Another process claimed the row after us, so this one must not write it any more. */
export class LostClaim extends Error {
  override readonly name = 'LostClaim';
  constructor(id: string) {
    super(`${id} was claimed by somebody else, or moved on`);
  }
}
