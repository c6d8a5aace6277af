import { expect } from 'chai';
import { der } from '../../sandbox/der.ts';

describe('DER integers', () => {
  // One certificate in 512 has a serial number that begins with a zero octet, and OpenSSL reads no such certificate.
  const cases: readonly [string, number[], number[]][] = [
    ['as they are', [0x12, 0x34], [0x02, 2, 0x12, 0x34]],
    ['with a zero before what would read as negative', [0x80, 0x01], [0x02, 3, 0x00, 0x80, 0x01]],
    ['without leading zeros that say nothing', [0x00, 0x00, 0x7f], [0x02, 1, 0x7f]],
    ['with the one leading zero that is needed', [0x00, 0x00, 0xff], [0x02, 2, 0x00, 0xff]],
    ['as one zero when they are zero', [0x00, 0x00], [0x02, 1, 0x00]],
  ];
  for (const [how, octets, written] of cases)
    it(`are written ${how}`, () => {
      expect([...der.integer(Buffer.from(octets))]).to.deep.equal(written);
    });
});
