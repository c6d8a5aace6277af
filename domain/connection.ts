/**
 * An outside account's access: its states, and what time alone decides. Moments are absolute, spans in milliseconds.
 */
import { dayMs, hourMs, minuteMs } from './durations.ts';

export const connectionStates = ['HEALTHY', 'RECONNECT_NEEDED', 'DISCONNECTED'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** What a provider may refuse an account while the rest of the account goes on working. */
export type Capability = 'notifications' | 'missed notifications' | 'ship notices' | 'finances';

/**
 * How long before a refresh token expires its owner is warned. AliExpress gives applications in test two days in all.
 */
const warningMs = 7 * dayMs;

/** When a token should be renewed: well before its end, or half-way when it does not live that long. */
export function refreshTime(accessExpiresAt: Date, leadMs: number, now: Date): Date {
  const lifeMs = accessExpiresAt.getTime() - now.getTime();
  return new Date(accessExpiresAt.getTime() - Math.min(leadMs, Math.max(0, lifeMs / 2)));
}

export type Health = 'healthy' | 'expiring' | 'reconnect needed' | 'disconnected';

type AccountStatus = {
  readonly status: ConnectionState;
  readonly refreshExpiresAt?: Date | null | undefined;
  readonly refusedSince?: Date | null | undefined;
};

/**
 * What the account's owner should know. `expiring`: it still works, and a new consent is due. An account that is on
 * trial after a refusal still needs to be reconnected.
 */
export function healthOf({ status, refreshExpiresAt, refusedSince }: AccountStatus, now: Date): Health {
  switch (status) {
    case 'DISCONNECTED':
      return 'disconnected';
    case 'RECONNECT_NEEDED':
      return 'reconnect needed';
    case 'HEALTHY':
      if (refusedSince) return 'reconnect needed';
      return refreshExpiresAt && refreshExpiresAt.getTime() - now.getTime() < warningMs ? 'expiring' : 'healthy';
  }
}

/** How long an account is left alone after the n-th refusal in a row: twice as long each time, an hour at most. */
export const restAfterRefusal = (refusals: number): number =>
  Math.min(5 * minuteMs * 2 ** Math.max(0, refusals - 1), hourMs);

/** How long a trial lasts: by its end the jobs that it woke have been refused again, or the account works. */
export const trialMs = minuteMs;
