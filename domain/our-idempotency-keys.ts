/**
 * The form of the texts that we give to providers: an effect's key, or an order's id as `custom_id`. A notification
 * that carries one is about us, even if the database has no such row: it may have been restored to an earlier time.
 */
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const keys = new RegExp(`^(?:leg|refund|capture|ship)-${uuid}-\\d+$`);
const orderIds = new RegExp(`^${uuid}$`);

/** The word before a key is short: a longer run of letters would be tried anew from each of them. */
const likeKeys = new RegExp(`(?:[a-z]{1,16}-)?${uuid}-\\d+`, 'g');

/**
 * All texts in a notification that may be our keys, separated by spaces. They name no person, and are kept for longer
 * than the notification.
 */
export const keysMentionedIn = (text: string): string => [...new Set(text.match(likeKeys))].join(' ');

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
