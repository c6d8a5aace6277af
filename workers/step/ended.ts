/** A step is over before its end; `ended` says what became of its order or leg, as the job's answer. */
export type Ended = { readonly ended: string };

export const ended = async (answer: Promise<string>): Promise<Ended> => ({ ended: await answer });
