/** The signed token by which a browser or program names its session (RFC 7519, HS256). The rest is in the database. */
import { jwtVerify, SignJWT } from 'jose';

const issuer = 'orders';
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type SessionTokens = {
  sign(sessionId: string, seconds: number): Promise<string>;
  /** An expired or forged token, or one for another audience, counts as none. */
  read(token: string): Promise<string | undefined>;
};

/** @param audience the api or the dashboard: neither accepts a token of the other */
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
