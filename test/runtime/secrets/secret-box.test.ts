import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSecretBox, SecretBoxError } from '../../../runtime/secrets/secret-box.ts';

const key = (id: string) => ({ id, key: randomBytes(32) });
const codeOf = (open: () => string): string => {
  try {
    return `opened: ${open()}`;
  } catch (error) {
    if (error instanceof SecretBoxError) return error.code;
    throw error;
  }
};

describe('secret box', () => {
  const [old, current] = [key('2025'), key('2026-a')];
  const box = createSecretBox([current, old]);

  it('opens what it sealed, and never seals alike twice', () => {
    const [one, two] = [box.seal('gëheim 🔑', 'credential/1'), box.seal('gëheim 🔑', 'credential/1')];
    expect(one)
      .to.match(/^v1\.2026-a\.[\w-]+\.[\w-]+\.[\w-]+$/)
      .and.not.equal(two);
    expect(box.open(one, 'credential/1')).to.equal('gëheim 🔑');
    expect(box.open(box.seal('', 'empty'), 'empty')).to.equal('');
  });

  it('opens what an older key sealed, and says which key is gone', () => {
    const sealed = createSecretBox([old]).seal('token', 'c');
    expect(box.open(sealed, 'c')).to.equal('token');
    expect(codeOf(() => createSecretBox([current]).open(sealed, 'c'))).to.equal('SEALED_WITH_UNKNOWN_KEY');
  });

  it('refuses another context, any changed part, and the wrong key under the right name', () => {
    const sealed = box.seal('token', 'credential/1');
    expect(codeOf(() => box.open(sealed, 'credential/2'))).to.equal('SEALED_TEXT_REFUSED');
    const parts = sealed.split('.');
    for (const index of [2, 3, 4]) {
      const changed = parts.map((part, i) => (i === index ? (part[0] === 'A' ? 'B' : 'A') + part.slice(1) : part));
      expect(codeOf(() => box.open(changed.join('.'), 'credential/1'))).to.equal('SEALED_TEXT_REFUSED');
    }
    expect(codeOf(() => box.open(sealed.replace('2026-a', '2025'), 'credential/1'))).to.equal('SEALED_TEXT_REFUSED');
    expect(codeOf(() => createSecretBox([key('2026-a')]).open(sealed, 'credential/1'))).to.equal('SEALED_TEXT_REFUSED');
  });

  it('refuses what it never sealed', () => {
    for (const text of ['', 'token', 'v2.2025.a.b.c', 'v1.2025..', `${box.seal('x', 'c')}=`]) {
      expect(codeOf(() => box.open(text, 'c'))).to.equal('SEALED_TEXT_MALFORMED');
    }
  });
});
