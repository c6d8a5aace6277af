/** Markup that is safe to send: it was written here, and every value in it was escaped. */
export type Html = { readonly markup: string };

type Value = Html | string | number | bigint | null | undefined | false | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, sign => entities[sign] ?? sign);

function markupOf(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(markupOf).join('');
  return escaped(String(value));
}

/** `html\`<td>${anything}</td>\``: whatever is put in is escaped unless it is markup itself; lists are joined. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  markup: parts.map((part, index) => part + markupOf(values[index])).join(''),
});
