import { createPostgresBackend } from 'bullmq';
import type pg from 'pg';
import { prepared } from '../../store/database/prepared.ts';

/** One statement, and so one commit, for any number of jobs of a queue. */
const addJobs = prepared(`
    select add_job($1, e ->> 'id', e ->> 'name', (e ->> 'data')::jsonb, e -> 'opts', 0, 0, (e ->> 'timestamp')::bigint,
      (e ->> 'attempts')::int, null, null, null, null, null, false) as id
    from jsonb_array_elements($2) with ordinality as entries(e, place) order by place`);

/**
 * BullMQ on Postgres, whose own bulk makes temporary tables, which the application must not: BullMQ's function for one
 * job is called for each job instead. For jobs with ids of their own, without a delay, a priority or a parent.
 */
export const createBackend =
  (pool: pg.Pool): typeof createPostgresBackend =>
  (queueName, options, factoryOptions) => {
    const backend = createPostgresBackend(queueName, options, factoryOptions);
    backend.addJobs = async entries => {
      const jobs = entries.map(({ job: { name, data, timestamp, opts }, jobId: id }) => ({
        id,
        name,
        data,
        timestamp,
        opts: opts ?? {},
        attempts: opts?.attempts ?? 1,
      }));
      const { rows } = await pool.query<{ id: string }>({ ...addJobs, values: [queueName, JSON.stringify(jobs)] });
      return rows.map(row => row.id);
    };
    return backend;
  };
