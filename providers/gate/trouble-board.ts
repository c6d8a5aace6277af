import type { Trouble } from '../../domain/provider.ts';
import type { Logger } from '../../runtime/logger.ts';

type TroubleKey = Pick<Trouble, 'provider' | 'account' | 'family' | 'why'>;

/** A small table by which the processes tell each other which providers get no calls for a while. */
export type Board = {
  load(): Promise<readonly Trouble[]>;
  post(trouble: Trouble): Promise<void>;
  withdraw(key: TroubleKey): Promise<void>;
};

export type Notices = ReturnType<typeof createNotices>;

/** This process's side of the board. A trouble that cannot be written now is written later: no call waits for that. */
export function createNotices(board: Board, log: Pick<Logger, 'warn'>) {
  const unsaved = new Map<string, () => Promise<void>>();
  let working: Promise<unknown> = Promise.resolve();
  let isAway = false;

  const save = async (): Promise<void> => {
    for (const [key, write] of unsaved) {
      await write();
      // Unless it changed again meanwhile: that change is written in its turn.
      if (unsaved.get(key) === write) unsaved.delete(key);
    }
  };

  /** One after the other, so that the board never ends with the older of two changes. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const done = working.then(work).then(
      result => {
        isAway = false;
        return result;
      },
      (err: unknown) => {
        // Logged once, because the board is read every second.
        if (!isAway) log.warn({ err }, "the providers' troubles cannot be shared now");
        isAway = true;
        return undefined;
      },
    );
    working = done;
    return done;
  };

  const change = (key: TroubleKey, write: () => Promise<void>): void => {
    unsaved.set(`${key.provider}/${key.account}/${key.family}/${key.why}`, write);
    void inTurn(save);
  };

  return {
    post: (trouble: Trouble): void => change(trouble, () => board.post(trouble)),
    withdraw: (key: TroubleKey): void => change(key, () => board.withdraw(key)),

    /** What all processes have posted; undefined while the board is away, or does not have our own last change yet. */
    read: (): Promise<readonly Trouble[] | undefined> =>
      inTurn(async () => {
        await save();
        const troubles = await board.load();
        return unsaved.size === 0 ? troubles : undefined;
      }),

    settled: async (): Promise<void> => void (await working),
  };
}
