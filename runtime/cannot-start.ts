/** A fault that the user can mend: a wrong setting, a taken port. The message says it all; a stack would hide it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';

  static because(error: unknown): CannotStart {
    return new CannotStart(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
