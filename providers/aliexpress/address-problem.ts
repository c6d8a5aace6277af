import { Terminal } from '../../domain/call-outcome.ts';

/** A fault that a person has to correct: the text names the field and the correction, and never the field's content. */
export const refuse = (code: string, text: string): Terminal => new Terminal(`ADDRESS_${code}`, text);

type Problems = {
  /** The value, or undefined when reading it found a problem. */
  attempt<T>(read: () => T): T | undefined;
  /** @throws Terminal `ADDRESS_…` of the first problem, with the texts of all */
  throwAny(): void;
};

/** Gathers the problems of an address, so that the person who corrects it sees all of them at once. */
export function gatherProblems(): Problems {
  const found: Terminal[] = [];
  return {
    attempt(read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof Terminal)) throw error;
        found.push(error);
        return undefined;
      }
    },
    throwAny() {
      const [first] = found;
      if (!first) return;
      const texts = found.map(({ code, message }) => message.slice(`${code}: `.length));
      throw new Terminal(first.code, [...new Set(texts)].join('; '));
    },
  };
}
