import { expect } from 'chai';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import { startSweeper } from '../../../workers/host/sweeper.ts';
import { berlin, createStage, type Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { orderToBuy, rows } from '../workbench.ts';

describe('the hourly clean-ups of the sweeper', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  /** Sweeps until it has swept some more times after that which is waited for. */
  const sweepUntil = async (done: () => Promise<boolean>, setBack = async () => undefined) => {
    const failed: string[] = [];
    let sweeps = 0;
    const producer = {
      addAll: async () => undefined,
      isLive: async () => true,
      setBack: () => {
        sweeps += 1;
        return setBack();
      },
      queues: new Map(),
      close: async () => undefined,
    };
    const warn = (told: { work?: string }) => void (told.work && failed.push(told.work));
    const log = { ...stage.context.log, warn, info: () => undefined } as unknown as typeof stage.context.log;
    const sweeper = startSweeper({
      store: stage.store,
      producer,
      stallAfterMs: 60_000,
      intervalMs: 1,
      evidenceDays: 1,
      log,
    });
    try {
      await until(done);
      const seen = sweeps;
      await until(async () => sweeps >= seen + 3);
    } finally {
      await sweeper.close();
    }
    return failed;
  };
  /** A notification of long ago, and an address that was stored before addresses were sealed. */
  const leftovers = async () => {
    const { id } = await orderToBuy(stage, await stage.stockUp(await stage.hireSeller()));
    const told = { source: 'paypal', eventId: 'old', type: 'ANY', body: Buffer.from('words'), wanted: false } as const;
    await stage.store.transaction(em => storeEvent(em, told));
    await rows(stage, `update inbound_events set received_at = clock_now() - interval '40 days'`);
    await rows(stage, 'update orders set ship_to = ?::jsonb where id = ?', [JSON.stringify(berlin), id]);
  };
  const areDone = async () =>
    (
      await rows(
        stage,
        `select 1 where exists (select from inbound_events where event_id = 'old' and body = '')
           and not exists (select from orders where jsonb_typeof(ship_to) = 'object')`,
      )
    ).length > 0;

  it('are done although another one fails, which is not tried again in every sweep', async () => {
    await leftovers();
    await stage.asOwner(
      `create function keep() returns trigger language plpgsql as $$ begin raise 'broken'; end $$;
       create trigger keep before delete on evidence for each statement execute function keep()`,
    );
    expect(await sweepUntil(areDone)).to.deep.equal(['old evidence is forgotten']);
  });

  it('are done although the sweep itself fails', async () => {
    await leftovers();
    expect(await sweepUntil(areDone, () => Promise.reject(new Error('no queue')))).to.deep.equal([]);
  });
});
