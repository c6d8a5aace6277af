import './metadata-polyfill.ts';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

export type Issued = { pem: string; keys: webcrypto.CryptoKeyPair; subject: string };
export type CertificateOptions = {
  subject: string;
  /** Signs itself without one. */
  issuer?: Issued;
  isAuthority?: boolean;
  notBefore?: Date;
  notAfter?: Date;
};

const yearMs = 365 * 86_400_000;

/** A real certificate with a key pair of its own. */
export async function issue({ subject, issuer, isAuthority = false, ...dates }: CertificateOptions): Promise<Issued> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: webcrypto.randomUUID().replaceAll('-', ''),
    subject: `CN=${subject}`,
    issuer: `CN=${issuer?.subject ?? subject}`,
    notBefore: dates.notBefore ?? new Date(Date.now() - yearMs),
    notAfter: dates.notAfter ?? new Date(Date.now() + yearMs),
    publicKey: keys.publicKey,
    signingKey: (issuer ?? { keys }).keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(
        isAuthority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
    ],
  });
  return { pem: certificate.toString('pem'), keys, subject };
}

export async function signWith({ keys }: Issued, message: string): Promise<string> {
  return Buffer.from(await webcrypto.subtle.sign(algorithm.name, keys.privateKey, Buffer.from(message))).toString(
    'base64',
  );
}
