import type { QueueName } from '../queues/catalogue.ts';

const callTimeoutMs = 10_000;
const jobsPerPage = 100;

export type Operator = {
  /** Retries one of the jobs in this state, chosen by `which` (0 to 1). False when there is none, or no answer. */
  retry(queue: QueueName, state: 'completed' | 'failed', which: number): Promise<boolean>;
};

/** An operator with a session at the dashboard. While the dashboard is down, calls answer with nothing. */
export function createOperator(dashboard: string, email: string, password: string): Operator {
  let cookie: string | undefined;

  const ask = (method: string, path: string, body?: URLSearchParams) =>
    fetch(dashboard + path, {
      method,
      headers: { origin: dashboard, ...(cookie ? { cookie } : {}) },
      redirect: 'manual',
      signal: AbortSignal.timeout(callTimeoutMs),
      ...(body ? { body } : {}),
    }).catch(() => undefined);

  const logIn = async () => {
    const answer = await ask('POST', '/login', new URLSearchParams({ email, password, next: '/' }));
    cookie = answer?.headers.getSetCookie()[0]?.split(';')[0];
  };

  const jobIds = async (queue: QueueName, state: string): Promise<string[]> => {
    const query = new URLSearchParams({ activeQueue: queue, status: state, page: '1', jobsPerPage: `${jobsPerPage}` });
    const answer = await ask('GET', `/queues/api/queues?${query}`);
    // A jump of the clock has ended the session.
    if (answer?.status === 401) cookie = undefined;
    if (!answer?.ok) return [];
    const { queues } = (await answer.json()) as { queues: { name: string; jobs: { id: string }[] }[] };
    return queues.find(({ name }) => name === queue)?.jobs.map(({ id }) => id) ?? [];
  };

  return {
    async retry(queue, state, which) {
      if (!cookie) await logIn();
      const ids = await jobIds(queue, state);
      const id = ids[Math.floor(which * ids.length)];
      if (id === undefined) return false;
      const answer = await ask('PUT', `/queues/api/queues/${queue}/${encodeURIComponent(id)}/retry`);
      return answer?.ok ?? false;
    },
  };
}
