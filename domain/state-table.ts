/** A state machine as data: for each state, the states it may move to. A state without moves is final. */
export type StateTable<State extends string> = Readonly<Record<State, readonly State[]>>;

export class IllegalMove extends Error {
  override readonly name = 'IllegalMove';
  constructor(subject: string, from: string, to: string) {
    super(`${subject} cannot move from ${from} to ${to}`);
  }
}

export const mayMove = <State extends string>(table: StateTable<State>, from: State, to: State): boolean =>
  table[from].includes(to);

/** @throws IllegalMove */
export function assertMove<State extends string>(table: StateTable<State>, subject: string, from: State, to: State) {
  if (!mayMove(table, from, to)) throw new IllegalMove(subject, from, to);
}

export const isFinal = <State extends string>(table: StateTable<State>, state: State): boolean =>
  table[state].length === 0;
