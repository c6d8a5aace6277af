/**
 * Countries whose postal codes determine the region without exception: Spain's provinces, France's départements,
 * Canada's provinces, Vienna, and the nations of the United Kingdom away from their borders.
 */

/** The first two digits; sources: Correos, and ISO 3166-2:ES. */
const spain =
  'VI AB A AL AV BA PM B BU CC CA CS CR CO C CU GI GR GU SS H HU J LE L LO LU M MA MU NA OR O P GC PO SA TF S SG SE SO T TE TO V VA BI ZA Z CE ML'.split(
    ' ',
  );

/** The first letter; source: Canada Post. X is shared by two territories. */
const canada: Readonly<Record<string, string>> = {
  ...{ A: 'NL', B: 'NS', C: 'PE', E: 'NB', G: 'QC', H: 'QC', J: 'QC', K: 'ON', L: 'ON', M: 'ON', N: 'ON', P: 'ON' },
  ...{ R: 'MB', S: 'SK', T: 'AB', V: 'BC', Y: 'YT' },
};

/** The letters in front; source: Royal Mail. */
const kingdom: readonly [areas: string, nation: string][] = [
  ['BT', 'NIR'],
  ['AB DD EH FK G HS IV KA KW KY ML PA PH ZE', 'SCT'],
  ['CF SA', 'WLS'],
  [
    'AL B BA BB BD BH BL BN BR BS CB CM CO CR CT CV CW DA DE DH DL DN DT DY E EC EN EX FY GU HA HD HG HP HU HX IG IP KT L LA LE LN LS LU M ME ' +
      'MK N NE NG NN NR NW OL OX PE PL PO PR RG RH RM S SE SG SK SL SM SN SO SP SR SS ST SW TA TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO',
    'ENG',
  ],
];

const readers: Readonly<Record<string, (code: string) => string | undefined>> = {
  AT: code => (/^1[0-2]/.test(code) ? '9' : undefined),
  CA: code => canada[code.charAt(0)],
  ES: code => spain[Number(code.slice(0, 2)) - 1],
  FR: code => (code.startsWith('20') ? (/^20[01]/.test(code) ? '2A' : '2B') : code.slice(0, 2)),
  GB: code => kingdom.find(([areas]) => areas.split(' ').includes(/^[A-Z]+/.exec(code)?.[0] ?? ''))?.[1],
};

/** The code of ISO 3166-2 without its country: `28001` in ES is `M`. */
export const regionOfPostalCode = (country: string, code: string): string | undefined => readers[country]?.(code);
