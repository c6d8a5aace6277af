import { createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { der } from './der.ts';

/** RFC 5280 and RFC 5758 names for what is used here. */
const oids = {
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
};

const dayMs = 86_400_000;
const validDays = 3650;

/** keyUsage as its bit string: the octet and how many of its low bits are unused. */
const keyUsages = { certificateAuthority: [0x06, 1], leaf: [0x80, 7] } as const;

type Subject = { readonly commonName: string; readonly publicKey: KeyObject; readonly isAuthority: boolean };
type Issuer = { readonly commonName: string; readonly privateKey: KeyObject };

/**
 * An X.509 v3 certificate as PEM, signed by an EC P-256 key with SHA-256. Valid from yesterday by the real clock: who
 * checks it does not live in the sandbox's time.
 */
export function issueCertificate(subject: Subject, issuer: Issuer): string {
  const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256));
  const body = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    algorithm,
    nameOf(issuer.commonName),
    der.sequence(der.utcTime(new Date(Date.now() - dayMs)), der.utcTime(new Date(Date.now() + validDays * dayMs))),
    nameOf(subject.commonName),
    createPublicKey(subject.publicKey.export({ type: 'spki', format: 'pem' })).export({ type: 'spki', format: 'der' }),
    der.tagged(3, extensionsOf(subject)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  return new X509Certificate(der.sequence(body, algorithm, der.bits(signature))).toString();
}

const nameOf = (commonName: string): Buffer =>
  der.sequence(der.set(der.sequence(der.oid(oids.commonName), der.utf8(commonName))));

function extensionsOf({ isAuthority }: Subject): Buffer {
  const [octet, unused] = isAuthority ? keyUsages.certificateAuthority : keyUsages.leaf;
  const constraints = isAuthority ? der.sequence(der.true()) : der.sequence();
  return der.sequence(
    der.sequence(der.oid(oids.basicConstraints), der.true(), der.octets(constraints)),
    der.sequence(der.oid(oids.keyUsage), der.true(), der.octets(der.bits(Buffer.from([octet]), unused))),
  );
}
