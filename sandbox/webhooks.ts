import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Settings } from './settings.ts';

/** One webhook on its way to the product. */
export type Delivery = {
  readonly id: string;
  /** The provider's id of the event; copies share it. */
  readonly eventId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  attempts: number;
};

export type Webhooks = {
  send(webhook: Omit<Delivery, 'id' | 'attempts'>): void;
  /** Takes up what an earlier run had not delivered. */
  resume(): void;
  close(): void;
};

const attemptTimeoutMs = 5000;
const firstRetryMs = 250;
const longestRetryMs = 15_000;
const attemptsAtMost = 12;
const shuffleMs = 300;

/**
 * The outbox of all providers: delivers until it gets a 2xx, at least once, with back-off, for about a minute and a
 * half of sandbox time. An unreachable product never hurts the sandbox; what is given up is said on stderr.
 */
export function createWebhooks(options: {
  readonly outbox: Map<string, Delivery>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onDelivered: (delivery: Delivery) => void;
}): Webhooks {
  const { outbox, settings, clock, onDelivered } = options;
  const closing = new AbortController();

  async function attempt(delivery: Delivery): Promise<void> {
    delivery.attempts += 1;
    const failure = await post(delivery, closing.signal);
    if (closing.signal.aborted) return;
    if (failure === undefined) {
      outbox.delete(delivery.id);
      return onDelivered(delivery);
    }
    if (delivery.attempts >= attemptsAtMost) {
      outbox.delete(delivery.id);
      return console.error(`sandbox: gave up a webhook to ${delivery.url}: ${failure}`);
    }
    schedule(delivery, Math.min(firstRetryMs * 2 ** (delivery.attempts - 1), longestRetryMs));
  }

  const schedule = (delivery: Delivery, delayMs: number): void => clock.after(delayMs, () => void attempt(delivery));

  return {
    send(webhook) {
      if (!settings.webhooks) return;
      for (let copy = 0; copy <= settings.webhookDuplicates; copy += 1) {
        const delivery = { ...webhook, id: randomUUID(), attempts: 0 };
        outbox.set(delivery.id, delivery);
        schedule(delivery, settings.webhookDelayMs + (settings.webhookShuffle ? randomInt(shuffleMs) : 0));
      }
    },
    resume() {
      for (const delivery of outbox.values()) {
        delivery.attempts = 0;
        schedule(delivery, 0);
      }
    },
    close: () => closing.abort(),
  };
}

/** @returns why it did not arrive; undefined when it did. Never throws: a product that is down is an ordinary day. */
async function post(delivery: Delivery, closing: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: delivery.headers,
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(attemptTimeoutMs)]),
    });
    await response.arrayBuffer();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    return error instanceof Error ? String(error.cause ?? error.message) : String(error);
  }
}
