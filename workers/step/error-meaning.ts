/**
 * What a thrown error means, decided in one place. Where the kinds lead apart, a catch switches over all of them: the
 * compiler finds every place that a new kind must be added to.
 *
 *   what happened at the provider        kind
 *   certainly nothing, and never will    refused
 *   certainly nothing, may later         not-now · unreadable · reconnect · not-permitted · retry
 *   perhaps something                    uncertain · unproven
 *   our own side                         lost · database-away · bug
 */
import { NotNow, PermissionRefused, Retryable, Terminal, Uncertain, Unreadable } from '../../domain/call-outcome.ts';
import { LostClaim } from '../../store/database/due-row.ts';
import { isDatabaseAway } from '../../store/database/unavailable.ts';
import { Unproven } from '../../store/send-once.ts';
import { ReconnectNeeded } from '../connections/fresh-token.ts';

export type ErrorMeaning =
  /** A certain "no" to what was asked. */
  | { readonly kind: 'refused'; readonly error: Terminal }
  /** Nothing was tried, so no attempt is counted. */
  | { readonly kind: 'not-now'; readonly error: NotNow }
  /** A provider answered a question in a form that we cannot read. */
  | { readonly kind: 'unreadable'; readonly error: Unreadable }
  /** The account's owner has to connect it again. */
  | { readonly kind: 'reconnect'; readonly error: ReconnectNeeded }
  /** The account lacks a permission, or has not granted it to us, until its owner changes that at the provider. */
  | { readonly kind: 'not-permitted'; readonly error: PermissionRefused }
  /** A failed try; the next one may succeed. */
  | { readonly kind: 'retry'; readonly error: Retryable }
  /** The effect may have happened; it is looked up. */
  | { readonly kind: 'uncertain'; readonly error: Uncertain }
  /** The effect may have happened, and cannot be looked up or sent again: a person decides. */
  | { readonly kind: 'unproven'; readonly error: Unproven }
  /** Another run has claimed the row since. */
  | { readonly kind: 'lost'; readonly error: LostClaim }
  /** There was no database to ask. */
  | { readonly kind: 'database-away'; readonly error: unknown }
  | { readonly kind: 'bug'; readonly error: unknown };

/** Tests the narrower class first: `Unproven` extends `Uncertain`, and several kinds extend `Retryable`. */
export function meaningOf(error: unknown): ErrorMeaning {
  if (error instanceof Terminal) return { kind: 'refused', error };
  if (error instanceof Unproven) return { kind: 'unproven', error };
  if (error instanceof Uncertain) return { kind: 'uncertain', error };
  if (error instanceof NotNow) return { kind: 'not-now', error };
  if (error instanceof Unreadable) return { kind: 'unreadable', error };
  if (error instanceof ReconnectNeeded) return { kind: 'reconnect', error };
  if (error instanceof PermissionRefused) return { kind: 'not-permitted', error };
  if (error instanceof Retryable) return { kind: 'retry', error };
  if (error instanceof LostClaim) return { kind: 'lost', error };
  return { kind: isDatabaseAway(error) ? 'database-away' : 'bug', error };
}
