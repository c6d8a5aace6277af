/**
 * SQL that finds ledger entries by event name. It compares text only: `%` and `_` in a name have no special meaning.
 */
import type { EventKind } from '../../domain/ledger-event.ts';
import { quoted } from '../database/quoted.ts';

/** The name of an event, as `domain/ledger-event.ts` makes it. @param about SQL of the event's subject */
export const eventName = (kind: EventKind, about: string): string => `'${kind}:' || ${about}`;

/** Whether an event has one of these kinds. @param event SQL of its name */
export const isOfKind = (event: string, kinds: readonly EventKind[]): string =>
  `split_part(${event}, ':', 1) in (${quoted(kinds)})`;

/**
 * Whether an event has one of these kinds and this subject, whatever follows. @param about SQL of the event's subject
 */
export const isOneOf = (event: string, kinds: readonly EventKind[], about: string): string =>
  `(${kinds.map(kind => `starts_with(${event}, ${eventName(kind, about)} || ':')`).join(' or ')})`;
