import type { WireToken } from './schema.ts';

export type AliExpressToken = {
  accessToken: string;
  /** Absent when the answer brings none: the stored one stays in force. */
  refreshToken?: string;
  accessExpiresAt: Date;
  /** A refresh does not move this day; on it a person has to authorise again. */
  refreshExpiresAt: Date;
  accountId: string;
  accountName: string;
};

export function toToken(wire: WireToken, nowMs: number): AliExpressToken {
  const accountId = wire.account_id ?? wire.user_id ?? '';
  return {
    accessToken: wire.access_token,
    ...(wire.refresh_token ? { refreshToken: wire.refresh_token } : {}),
    accessExpiresAt: new Date(nowMs + wire.expires_in * 1000),
    refreshExpiresAt: new Date(nowMs + wire.refresh_expires_in * 1000),
    accountId,
    accountName: wire.account ?? wire.user_nick ?? accountId,
  };
}
