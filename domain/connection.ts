/** An outside account's access, as far as time alone decides. Moments are absolute, spans are milliseconds. */

export const connectionStates = ['HEALTHY', 'RECONNECT_NEEDED', 'DISCONNECTED'] as const;
export type ConnectionState = (typeof connectionStates)[number];

const dayMs = 86_400_000;

/** How long before the last refresh its owner is told. AliExpress gives an application in test only two days in all. */
const warningMs = 7 * dayMs;

/** When a token should be renewed: well before its end, or half-way when it does not live that long. */
export function refreshTime(accessExpiresAt: Date, leadMs: number, now: Date): Date {
  const lifeMs = accessExpiresAt.getTime() - now.getTime();
  return new Date(accessExpiresAt.getTime() - Math.min(leadMs, Math.max(0, lifeMs / 2)));
}

export type Health = 'healthy' | 'expiring' | 'reconnect needed' | 'disconnected';

type Standing = { readonly status: ConnectionState; readonly refreshExpiresAt?: Date | null | undefined };

/** What its owner should know: `expiring` while it still works and a new consent is due. */
export function healthOf({ status, refreshExpiresAt }: Standing, now: Date): Health {
  switch (status) {
    case 'DISCONNECTED':
      return 'disconnected';
    case 'RECONNECT_NEEDED':
      return 'reconnect needed';
    case 'HEALTHY':
      return refreshExpiresAt && refreshExpiresAt.getTime() - now.getTime() < warningMs ? 'expiring' : 'healthy';
  }
}
