import { openGate } from '../providers/gate/open-gate.ts';
import { readWorkerConfig } from '../runtime/config.ts';
import { createLogger } from '../runtime/logger.ts';
import { createSecretBox } from '../runtime/secrets/secret-box.ts';
import { formerKeys, withEnteredKeys } from '../store/connections/provider-keys.ts';
import { assertClocksAgree } from '../store/database/clocks-agree.ts';
import { openProcessStore } from '../store/database/open.ts';
import { troubleBoard } from '../store/operations/provider-troubles.ts';
import type { Context } from './context/context.ts';
import { openProviders } from './context/providers.ts';

type Command = AsyncDisposable & { readonly context: Context };

/** The workers' context for a command. A command moves no order, so its `transact` enqueues nothing. */
export async function openCommand(name: string): Promise<Command> {
  await using opened = new AsyncDisposableStack();
  const given = readWorkerConfig();
  const store = await openProcessStore(given, 4, given.encryptionKeys);
  opened.defer(() => store.close());
  assertClocksAgree(store.clock);
  const box = createSecretBox(given.encryptionKeys);
  const config = await withEnteredKeys(given, store, box);
  const log = createLogger(name, 'warn');
  const gate = openGate({ ...config, board: troubleBoard(store), log });
  opened.defer(() => gate.close());
  const providers = openProviders(config, gate, { former: await formerKeys(config, given, store, box) });
  const context: Context = {
    config,
    store,
    transact: work => store.transaction(em => work(em, () => undefined)),
    box,
    providers,
    log,
    now: store.clock.now,
    signal: new AbortController().signal,
  };
  const resources = opened.move();
  return { context, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
