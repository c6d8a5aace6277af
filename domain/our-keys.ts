/**
 * What a text that we gave a provider looks like: an effect's key, or an order's id as `custom_id`. News that carries one
 * is about us, also when the database knows nothing of it (it may have been restored to before).
 */
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const keys = new RegExp(`^(?:leg|refund|capture|ship)-${uuid}-\\d+$`);
const orderIds = new RegExp(`^${uuid}$`);

const likeKeys = new RegExp(`(?:[a-z]+-)?${uuid}-\\d+`, 'g');

/** All that may be keys of ours in what was told, one after the other: they name nobody, and outlive what told of them. */
export const keysToldIn = (text: string): string => [...new Set(text.match(likeKeys))].join(' ');

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The first text in a notification that only we can have put there. */
export function ourKeyIn(told: unknown, field = ''): string | undefined {
  if (typeof told === 'string')
    return keys.test(told) || (field === 'custom_id' && orderIds.test(told)) ? told : undefined;
  if (!isObject(told)) return undefined;
  for (const [name, value] of Object.entries(told)) {
    const found = ourKeyIn(value, name);
    if (found) return found;
  }
  return undefined;
}
