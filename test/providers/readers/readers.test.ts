/** Covers: providers/wire/fields.ts. */
import { expect } from 'chai';
import { isFailure } from '../../../domain/call-outcome.ts';
import { everyContract } from '../contract/every.ts';
import type { Exchange } from '../recorded-http.ts';
import { createClients, startSandboxWorld } from '../sandbox-world.ts';
import { differencesOf } from './differences.ts';
import { mayDiffer } from './may-differ.ts';
import { mutationsOf, withNews } from './mutations.ts';
import { startReplay } from './replay.ts';

const answersInHeader = new Set(['ebay.createShippingFulfillment']);

/** Every method of every client, and every single change of its answer: some 12,000. */
describe('whatever is different in an answer', () => {
  for (const { provider, method, contract, ask } of everyContract) {
    const name = `${provider}.${method}`;
    if (contract.answersNothing || answersInHeader.has(name)) continue;

    it(`is read rightly, is left out where nobody decides by it, or is a failure that is told: ${name}`, async function () {
      this.timeout(120_000);
      const exchanges: Exchange[] = [];
      await using world = await startSandboxWorld(exchanges); // of its own: some of them move the sandbox's time
      const given = await contract.prepare(world);
      exchanges.length = 0;
      await ask(createClients(world.baseUrl), given);
      const heard = exchanges.filter(({ url }) => !url.startsWith('/_control'));
      const answer = heard.at(-1)?.responseBody ?? '';
      await using replay = await startReplay(heard, world.baseUrl);
      const readAs = async (body: string): Promise<unknown> => {
        replay.answerWith(body);
        return ask(createClients(replay.url), given);
      };
      const right = await readAs(answer);
      const news = differencesOf(right, await readAs(withNews(answer)));
      expect(
        news.filter(difference => !mayDiffer(name, difference)),
        'what is new changes nothing',
      ).to.deep.equal([]);

      const wrong: string[] = [];
      for (const { name: change, body } of mutationsOf(answer)) {
        const read = await readAs(body).catch((error: unknown) => error);
        if (isFailure(read)) {
          if (read.kind === 'terminal') wrong.push(`${change}: a certain no, ${read.code}`);
        } else if (read instanceof Error) wrong.push(`${change}: ${read}`);
        else
          for (const difference of differencesOf(right, read))
            if (!mayDiffer(name, difference)) wrong.push(`${change}: ${difference.path} is ${difference.read}`);
      }
      expect(wrong).to.deep.equal([]);
    });
  }
});
