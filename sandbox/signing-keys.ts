import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { issueCertificate } from './certificate.ts';
import { randomHex } from './ids.ts';

/** The keys that only the providers hold. All PEM, so that they can be saved with the rest of the state. */
export type SigningKeys = {
  readonly ebay: { readonly kid: string; readonly privateKey: string; readonly publicKey: string };
  readonly paypal: {
    /** What a real client finds in its list of public authorities. */
    readonly authority: string;
    readonly certificateId: string;
    readonly certificate: string;
    readonly privateKey: string;
  };
};

export const createSigningKeys = (): SigningKeys => ({ ebay: createEbayKeys(), paypal: createPayPalKeys() });

const asPem = (key: KeyObject): string =>
  key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString();

function createEbayKeys(): SigningKeys['ebay'] {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { kid: randomUUID(), publicKey: asPem(publicKey), privateKey: asPem(privateKey) };
}

function createPayPalKeys(): SigningKeys['paypal'] {
  const authority = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const leaf = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer = { commonName: 'Sandbox Public Authority', privateKey: authority.privateKey };
  return {
    authority: issueCertificate({ ...issuer, publicKey: authority.publicKey, isAuthority: true }, issuer),
    certificateId: `CERT-${randomHex(8)}-${randomHex(8)}-${randomHex(8)}`,
    certificate: issueCertificate(
      {
        commonName: 'messageverificationcerts.sandbox.paypal.com',
        publicKey: leaf.publicKey,
        isAuthority: false,
      },
      issuer,
    ),
    privateKey: asPem(leaf.privateKey),
  };
}
