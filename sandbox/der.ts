/** Just enough of DER (X.690) to write a certificate. */

const field = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
};

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | octets.length]), octets]);
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let rest = arc >> 7; rest > 0; rest >>= 7) octets.unshift(0x80 | (rest & 0x7f));
  return octets;
}

export const der = {
  sequence: (...parts: readonly Buffer[]) => field(0x30, ...parts),
  set: (...parts: readonly Buffer[]) => field(0x31, ...parts),
  /** `[number]`, constructed. */
  tagged: (number: number, ...parts: readonly Buffer[]) => field(0xa0 | number, ...parts),
  /** A positive integer, big endian. Octets that say nothing are left out: readers refuse them. */
  integer(octets: Buffer): Buffer {
    const first = octets.findIndex(octet => octet !== 0);
    const least = octets.subarray(first < 0 ? octets.length - 1 : first);
    return field(0x02, least[0]! & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), least);
  },
  true: () => field(0x01, Buffer.from([0xff])),
  octets: (content: Buffer) => field(0x04, content),
  /** @param unusedBits at the end of the last octet. */
  bits: (content: Buffer, unusedBits = 0) => field(0x03, Buffer.from([unusedBits]), content),
  utf8: (text: string) => field(0x0c, Buffer.from(text, 'utf8')),
  /** Until 2049, as RFC 5280 wants it. */
  utcTime: (at: Date) =>
    field(0x17, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`, 'ascii')),
  oid(dotted: string): Buffer {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return field(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
};
