/** SQL that finds entries by their names. All of it compares text with text: a `%` or `_` in a name is a letter. */
import type { EventKind } from '../../domain/ledger-event.ts';

/** The name of an event, as `domain/ledger-event.ts` makes it. @param about SQL of whose it is */
export const eventName = (kind: EventKind, about: string): string => `'${kind}:' || ${about}`;

/** Whether an event is of one of those kinds. @param event SQL of its name */
export const isOfKind = (event: string, kinds: readonly EventKind[]): string =>
  `split_part(${event}, ':', 1) in (${kinds.map(kind => `'${kind}'`).join()})`;

/** Whether an event is one of several of the same kind and owner: their names end differently. @param about SQL of whose it is */
export const isOneOf = (event: string, kinds: readonly EventKind[], about: string): string =>
  `(${kinds.map(kind => `starts_with(${event}, ${eventName(kind, about)} || ':')`).join(' or ')})`;
