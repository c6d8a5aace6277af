/** A step stopped early; `ended` is the job's answer, which says what happened to the order or leg. */
export type Ended = { readonly ended: string };

export const ended = async (answer: Promise<string>): Promise<Ended> => ({ ended: await answer });
