import { listen } from '../../runtime/http/listen.ts';
import { createSandbox } from '../../sandbox/app.ts';
import { type Exchange, recording } from '../providers/recorded-http.ts';
import { createStage, type Stage, type StartSandbox } from '../support/stage.ts';

export type RecordedStage = Stage & {
  /** What a provider answered last to a call that `names` it: its path, or AliExpress' name of the API. */
  lastAnswer(names: string): string;
};

/** A stage that keeps what its providers answer. */
export async function createRecordedStage(): Promise<RecordedStage> {
  const exchanges: Exchange[] = [];
  const start: StartSandbox = async (_env, config) => {
    const { clientId = '', clientSecret = '', programId = '' } = config.payoneer;
    const sandbox = createSandbox({
      credentials: { ...config, payoneer: { clientId, clientSecret, programId } },
      apiUrl: `http://127.0.0.1:${config.port}`,
    });
    const server = await listen(recording(sandbox.app, exchanges), { port: config.sandboxPort, host: '127.0.0.1' });
    const close = async () => {
      await server.close(100);
      sandbox.close();
    };
    return { authority: sandbox.authority, close };
  };
  const stage = await createStage({}, start);
  return Object.assign(stage, {
    lastAnswer(names: string): string {
      const heard = exchanges.findLast(
        ({ url, requestBody, status }) =>
          !url.startsWith('/_control') && status < 300 && `${url} ${requestBody}`.includes(names),
      );
      if (!heard) throw new Error(`nobody asked for ${names}`);
      return heard.responseBody;
    },
  });
}
