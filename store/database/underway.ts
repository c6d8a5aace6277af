/** What is underway, for whoever may end only after it. */
export function trackUnderway() {
  const works = new Set<Promise<unknown>>();
  let isOver = false;
  return {
    /** @throws when nothing more may begin */
    track<T>(begin: () => Promise<T>): Promise<T> {
      if (isOver) return Promise.reject(new Error('the store is closed'));
      const work = begin();
      works.add(work);
      const over = () => void works.delete(work);
      work.then(over, over);
      return work;
    },
    /** From now on nothing begins. Waits until nothing is underway, however it ends. */
    async over(): Promise<void> {
      isOver = true;
      while (works.size > 0) await Promise.allSettled(works);
    },
  };
}
