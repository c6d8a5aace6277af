import anyAscii from 'any-ascii';

/**
 * Each letter of these has a Latin spelling. A Chinese character has as many as languages use it; Arabic and Hebrew
 * leave vowels out.
 */
const spellable =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Common}\p{Script=Inherited}]$/u;

/** The letters that AliExpress accepts beside Latin ones, by country of destination. */
const alsoTaken: Readonly<Record<string, RegExp>> = { SA: /^\p{Script=Arabic}$/u };

const isLetter = /^[\p{L}\p{M}]$/u;
const pictures = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Cf}\p{Variation_Selector}]/gu;
const blanks = /[\s\p{Cc}]+/gu;

/**
 * The text in the letters that AliExpress accepts: those of Latin-1, everything else spelt with them. `Łódź` becomes
 * `Lódz`, `Αθήνα` becomes `Athina`.
 * @returns nothing when some letter has no certain Latin spelling
 */
export function inLatinLetters(text: string, country: string): string | undefined {
  const characters = [...text.normalize('NFC').replace(blanks, ' ').replace(pictures, keepLatin1)];
  const spelt = characters.map(character => spell(character, country));
  return spelt.includes(undefined) ? undefined : spelt.join('').replace(blanks, ' ').trim();
}

/** `©` and `®` count as pictures too. */
const keepLatin1 = (character: string): string => (isLatin1(character) ? character : '');

const isLatin1 = (character: string): boolean => (character.codePointAt(0) ?? 0) <= 0xff;

function spell(character: string, country: string): string | undefined {
  if (isLatin1(character) || alsoTaken[country]?.test(character)) return character;
  if (isLetter.test(character) && !spellable.test(character)) return undefined;
  return anyAscii(character);
}
