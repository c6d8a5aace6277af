/** A province as AliExpress lists it; no cities: any may be written. */
export type Province = { readonly name: string; readonly cities: readonly string[] };

const without = (names: string): Province[] => names.split(', ').map(name => ({ name, cities: [] }));
const withCities = (cities: Readonly<Record<string, string>>): Province[] =>
  Object.entries(cities).map(([name, listed]) => ({ name, cities: listed === '' ? [] : listed.split(', ') }));

/**
 * A sample of the lists in the kinds that they come in: regions or provinces or départements, English names or local
 * ones, with accents or without, districts instead of towns, `Other` for some. The real ones name more towns.
 */
const places: Readonly<Record<string, readonly Province[]>> = {
  AT: withCities({
    Burgenland: 'Eisenstadt-Umgebung, Oberwart, Other',
    Carinthia: 'Klagenfurt-Stadt, Villach-Stadt, Other',
    'Lower Austria': 'Krems, Tulln, Other',
    'Upper Austria': 'Linz-Stadt, Wels-Stadt, Other',
    Salzburg: 'Salzburg-Stadt, Zell am See, Other',
    Styria: 'Graz-Stadt, Leoben, Other',
    Tyrol: 'Innsbruck-Stadt, Schwaz, Other',
    Vienna: 'Vienna, Other',
    Vorarlberg: 'Bregenz, Dornbirn, Other',
    Other: 'Other',
  }),
  AU: without(
    'Australian Capital Territory, New South Wales, Northern Territory, Queensland, South Australia, Tasmania, Victoria, Western Australia',
  ),
  BR: withCities({
    Bahia: '',
    'Minas Gerais': '',
    Paraná: '',
    'Rio de Janeiro': '',
    'Rio Grande do Sul': '',
    'São Paulo': 'Campinas, São Paulo',
  }),
  CA: without(
    'Alberta, British Columbia, Manitoba, New Brunswick, Newfoundland and Labrador, Nova Scotia, Ontario, Prince Edward Island, Quebec, Saskatchewan',
  ),
  CL: without(
    'Antofagasta, Araucanía, Biobío, Coquimbo, Los Lagos, Maule, Metropolitana de Santiago, Tarapacá, Valparaíso',
  ),
  CZ: without('Jihomoravsky, Moravskoslezsky, Prague, Stredocesky, Other'),
  DE: withCities({
    'Baden-Wurttemberg': 'Freiburg, Mannheim, Stuttgart, Other',
    Bavaria: 'Augsburg, Munich, Nuremberg, Neustadt, Other',
    Berlin: 'Berlin, Other',
    Hamburg: 'Hamburg',
    Hesse: 'Darmstadt, Frankfurt, Kassel, Other',
    'Lower Saxony': 'Gottingen, Hannover, Osnabruck, Other',
    'North Rhine-Westphalia': 'Bonn, Dortmund, Düsseldorf, Koln, Munster, Other',
    'Rhineland-Palatinate': 'Mainz, Neustadt, Trier, Other',
    Saxony: 'Chemnitz, Dresden, Leipzig, Other',
    Other: 'Other',
  }),
  ES: withCities({
    Barcelona: 'Barcelona, Sabadell, Other',
    Madrid: 'Alcalá de Henares, Madrid, Other',
    Sevilla: 'Sevilla, Other',
    Valencia: 'Gandia, Valencia, Other',
    Zaragoza: 'Zaragoza, Other',
  }),
  FR: withCities({
    'Bouches-du-Rhône': 'Aix-en-Provence, Marseille',
    Paris: 'Paris',
    Rhône: 'Lyon, Villeurbanne',
    "Val-d'Oise": 'Argenteuil, Cergy, Pontoise',
  }),
  GB: without('England, Northern Ireland, Scotland, Wales, Other'),
  GR: without('Attica, Central Macedonia, Crete, Peloponnese, Thessaly, Other'),
  IT: withCities({
    Lazio: 'Roma, Latina',
    Liguria: 'Genova, Savona',
    Lombardia: 'Bergamo, Milano, Monza',
    Sicilia: 'Catania, Palermo',
  }),
  JP: without('Aichi, Hokkaido, Hyogo, Kanagawa, Kyoto, Osaka, Tokyo'),
  MX: without('Ciudad de México, Estado de México, Jalisco, Nuevo León, Puebla'),
  NL: without('Gelderland, Limburg, Noord-Brabant, Noord-Holland, Utrecht, Zuid-Holland'),
  NZ: withCities({
    Auckland: 'Auckland, Manukau',
    Canterbury: 'Christchurch, Timaru',
    Otago: 'Dunedin, Queenstown',
    Wellington: 'Lower Hutt, Wellington',
  }),
  PL: without('Dolnoslaskie, Lodzkie, Malopolskie, Mazowieckie, Pomorskie, Wielkopolskie'),
  PT: without('Braga, Faro, Lisboa, Porto, Setúbal'),
  SA: without('Eastern, Makkah, Riyadh'),
  SE: withCities({
    Skane: 'Helsingborg, Lund, Malmo, Other',
    Stockholm: 'Solna, Stockholm, Other',
    'Vastra Gotaland': 'Boras, Goteborg, Other',
    Other: 'Other',
  }),
  US: without(
    'Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, District of Columbia, Florida, ' +
      'Georgia, Hawaii, Idaho, Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts, ' +
      'Michigan, Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey, New Mexico, ' +
      'New York, North Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode Island, South Carolina, ' +
      'South Dakota, Tennessee, Texas, Utah, Vermont, Virginia, Washington, West Virginia, Wisconsin, Wyoming',
  ),
};

/** Undefined: AliExpress has no list for the country, and takes what is written. */
export const provincesOf = (country: string): readonly Province[] | undefined => places[country];
