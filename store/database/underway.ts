/** What is underway, for whoever may end only after it. */
export function trackUnderway() {
  const works = new Set<Promise<unknown>>();
  return {
    track<T>(work: Promise<T>): Promise<T> {
      works.add(work);
      const over = () => void works.delete(work);
      work.then(over, over);
      return work;
    },
    /** Waits until nothing is underway, however it ends. */
    async over(): Promise<void> {
      while (works.size > 0) await Promise.allSettled(works);
    },
  };
}
