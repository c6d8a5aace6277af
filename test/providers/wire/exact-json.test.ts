import { expect } from 'chai';
import { parseExactly } from '../../../providers/wire/exact-json.ts';

describe('parseExactly', () => {
  const rows: [string, unknown][] = [
    ['7', 7],
    ['-7', -7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['8190123456789012345', '8190123456789012345'],
    ['10.10', '10.10'],
    ['10.00', '10.00'],
    ['9007199254740990.6', '9007199254740990.6'],
    ['1e3', '1e3'],
    ['"10.10"', '10.10'],
    ['"a\\u0000b"', 'a\ufffdb'],
    ['null', null],
  ];
  for (const [text, value] of rows) {
    it(`reads ${text} as ${typeof value} ${value}`, () => {
      expect(parseExactly(`{"deep":[${text}]}`)).to.deep.equal({ deep: [value] });
    });
  }
});
