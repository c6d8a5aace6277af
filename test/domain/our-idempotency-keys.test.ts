import { expect } from 'chai';
import { keysMentionedIn } from '../../domain/our-idempotency-keys.ts';

const uuid = '0b8fbd8d-5a3e-4c0e-9f52-2c8f2ab3d111';

describe('keys of ours in what was told', () => {
  it('are found with the word before them, each once', () => {
    const text = `{"a":"leg-${uuid}-1","b":"xxleg-${uuid}-1 leg-${uuid}-1","c":"${uuid}-2"}`;
    expect(keysMentionedIn(text)).to.equal(`leg-${uuid}-1 xxleg-${uuid}-1 ${uuid}-2`);
  });

  it('are looked for once from each letter: a long run of letters holds nobody up', () => {
    expect(keysMentionedIn(`${'a'.repeat(5_000_000)} leg-${uuid}-1`)).to.equal(`leg-${uuid}-1`);
  });
});
