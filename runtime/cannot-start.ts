/** What whoever starts the program can mend: a wrong setting, a taken port. Its message says it all, a stack would hide it. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';

  static because(error: unknown): CannotStart {
    return new CannotStart(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
