/** What a browser or a program shows to be known by: which session, signed (RFC 7519, HS256). The rest is the database's to say. */
import { jwtVerify, SignJWT } from 'jose';

const issuer = 'orders';
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type SessionTokens = {
  sign(sessionId: string, seconds: number): Promise<string>;
  /** Expired, forged, or of another door: all the same as none. */
  read(token: string): Promise<string | undefined>;
};

/** @param audience the door: a token of one opens nothing at the other */
export function createSessionTokens(secret: string, audience: string): SessionTokens {
  const key = new TextEncoder().encode(secret);
  const rules = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp', 'jti'] };
  return {
    sign: (sessionId, seconds) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setJti(sessionId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .sign(key),
    read: async token => {
      const verified = await jwtVerify(token, key, rules).catch(() => undefined);
      const id = verified?.payload.jti;
      return id && uuid.test(id) ? id : undefined;
    },
  };
}
