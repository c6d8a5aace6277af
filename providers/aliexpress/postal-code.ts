/**
 * The forms of postal codes, as the Universal Postal Union and the countries' own post offices print them: `#` is a
 * digit, `@` a letter, `*` either, everything else stands for itself. AliExpress refuses Sweden's with its space, so
 * those of digits alone have none.
 */
const forms: Readonly<Record<string, readonly string[]>> = {
  AT: ['####'],
  AU: ['####'],
  BE: ['####'],
  BG: ['####'],
  BR: ['#####-###'],
  CA: ['@#@ #@#'],
  CH: ['####'],
  CY: ['####'],
  CZ: ['#####'],
  DE: ['#####'],
  DK: ['####'],
  DZ: ['#####'],
  EE: ['#####'],
  ES: ['#####'],
  FI: ['#####'],
  FR: ['#####'],
  GB: ['@# #@@', '@## #@@', '@@# #@@', '@@## #@@', '@#@ #@@', '@@#@ #@@'],
  GR: ['#####'],
  HR: ['#####'],
  HU: ['####'],
  IE: ['@#* ****'],
  IL: ['#######'],
  IT: ['#####'],
  JP: ['###-####'],
  KR: ['#####'],
  LT: ['#####'],
  LU: ['####'],
  LV: ['LV-####'],
  MX: ['#####'],
  NL: ['#### @@'],
  NO: ['####'],
  NZ: ['####'],
  PL: ['##-###'],
  PT: ['####-###'],
  RO: ['######'],
  SA: ['#####'],
  SE: ['#####'],
  SI: ['####'],
  SK: ['#####'],
  TR: ['#####'],
  US: ['#####', '#####-####'],
  ZA: ['####'],
};

const kinds: Readonly<Record<string, RegExp>> = { '#': /\d/, '@': /[A-Z]/, '*': /[\dA-Z]/ };

/**
 * The code in its country's own form; unchanged where we know no form.
 * @returns undefined when it cannot be a code of that country
 */
export function postalCodeIn(country: string, text: string): string | undefined {
  const known = forms[country];
  if (!known) return text.trim();
  const written = text.toUpperCase().replace(/[^\dA-Z]/g, '');
  const withoutPrefix = written.replace(/^[A-Z]+(?=\d)/, ''); // `D-53111`, `SE-184 36`
  for (const form of known)
    for (const code of [written, withoutPrefix]) {
      const filled = fill(form, code);
      if (filled !== undefined) return filled;
    }
  return undefined;
}

function fill(form: string, code: string): string | undefined {
  const left = [...code];
  const filled = [...form].map(sign => {
    const kind = kinds[sign];
    if (!kind) return sign;
    const next = left.shift() ?? '';
    return kind.test(next) ? next : undefined;
  });
  return left.length > 0 || filled.includes(undefined) ? undefined : filled.join('');
}
