import type { WireToken } from './schema.ts';

export type AliExpressToken = {
  accessToken: string;
  /** Absent when the answer brings none: the stored one stays in force. */
  refreshToken?: string;
  accessExpiresAt: Date;
  /** On this day a person has to authorise again; a refresh does not move it. Null where AliExpress does not say. */
  refreshExpiresAt: Date | null;
  accountId: string;
  accountName: string;
};

export function toToken(wire: WireToken, nowMs: number): AliExpressToken {
  const accountId = wire.account_id ?? wire.user_id ?? '';
  return {
    accessToken: wire.access_token,
    ...(wire.refresh_token ? { refreshToken: wire.refresh_token } : {}),
    accessExpiresAt: endOf(wire.expires_in, wire.expire_time, nowMs) ?? new Date(nowMs),
    refreshExpiresAt: endOf(wire.refresh_expires_in, wire.refresh_token_valid_time, nowMs),
    accountId,
    accountName: wire.account ?? wire.user_nick ?? accountId,
  };
}

/** @param seconds from now; `atMs`: the same by AliExpress's clock */
const endOf = (seconds: number | undefined, atMs: number | undefined, nowMs: number): Date | null => {
  if (seconds !== undefined) return new Date(nowMs + seconds * 1000);
  return atMs === undefined ? null : new Date(atMs);
};
