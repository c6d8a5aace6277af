import { listen } from '../../../runtime/http/listen.ts';
import { storeEvent } from '../../../store/events/inbound-events.ts';
import type { Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';

export type Letter = { id: string; event_type: string; resource_type: string; resource: Record<string, unknown> };

export type PostBox = AsyncDisposable & {
  /** The webhook of that type that mentions a text, once it has come. */
  letter(type: string, mention: string): Promise<Letter>;
  /** Stores it as the api would, and applies it. Gives what the processor said. */
  deliver(letter: Letter): Promise<string>;
};

/** Stands where the api would and keeps the webhooks that the sandbox's PayPal sends. */
export async function openPostBox(stage: Stage): Promise<PostBox> {
  const letters: Letter[] = [];
  const server = await listen(
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        letters.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        response.end();
      });
    },
    { port: stage.config.port, host: '127.0.0.1' },
  );
  await stage.control('settings', { webhooks: true });
  return {
    letter: (type, mention) =>
      until(() => letters.find(({ event_type, resource }) => event_type === type && says(resource, mention)), {
        describe: () => `${type} about ${mention} among ${letters.map(({ event_type }) => event_type).join(', ')}`,
      }),
    async deliver(letter) {
      const event = await stage.store.transaction(em =>
        storeEvent(em, {
          source: 'paypal',
          eventId: letter.id,
          type: letter.event_type,
          headers: {},
          body: Buffer.from(JSON.stringify(letter)),
          credentialId: null,
          wanted: true,
        }),
      );
      if (!event) throw new Error(`${letter.id} was delivered before`);
      return stage.perform('apply-event', event.id);
    },
    async [Symbol.asyncDispose]() {
      await stage.control('settings', { webhooks: false });
      await server.close(100);
    },
  };
}

const says = (resource: object, mention: string): boolean => JSON.stringify(resource).includes(mention);
