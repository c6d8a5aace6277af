/** An outside account's access, as far as time alone decides. Moments are absolute, spans are milliseconds. */

export const connectionStates = ['HEALTHY', 'RECONNECT_NEEDED', 'DISCONNECTED'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** What an account may be refused without being of no use: everything else goes on. */
export type Capability = 'notifications' | 'missed notifications' | 'ship notices' | 'finances';

const dayMs = 86_400_000;

/** How long before the last refresh its owner is told. AliExpress gives an application in test only two days in all. */
const warningMs = 7 * dayMs;

/** When a token should be renewed: well before its end, or half-way when it does not live that long. */
export function refreshTime(accessExpiresAt: Date, leadMs: number, now: Date): Date {
  const lifeMs = accessExpiresAt.getTime() - now.getTime();
  return new Date(accessExpiresAt.getTime() - Math.min(leadMs, Math.max(0, lifeMs / 2)));
}

export type Health = 'healthy' | 'expiring' | 'reconnect needed' | 'disconnected';

type Standing = {
  readonly status: ConnectionState;
  readonly refreshExpiresAt?: Date | null | undefined;
  readonly refusedSince?: Date | null | undefined;
};

/** What its owner should know: `expiring` while it still works and a new consent is due. One on trial is not well yet. */
export function healthOf({ status, refreshExpiresAt, refusedSince }: Standing, now: Date): Health {
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

const minuteMs = 60_000;

/** How long an account is left alone after the n-th refusal in a row: twice as long each time, an hour at most. */
export const restAfterRefusal = (refusals: number): number =>
  Math.min(5 * minuteMs * 2 ** Math.max(0, refusals - 1), 60 * minuteMs);

/** So long a trial lasts: what was woken for it has met a refusal by then, or none. */
export const trialMs = minuteMs;
