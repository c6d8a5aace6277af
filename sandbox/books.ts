import type { Clock } from './clock.ts';

export type EffectKind =
  | 'capture'
  | 'supplier-order'
  | 'payout'
  | 'refund'
  | 'reversal'
  | 'reversal-returned'
  | 'dispute-fee'
  | 'ship-notice';

/** Something the outside world really did. What the books show twice was done twice. */
export type Effect = {
  readonly kind: EffectKind;
  readonly provider: string;
  /** The caller's own key: PayPal order id, `out_order_id`, `sender_batch_id`, capture id of a refund. */
  readonly key: string;
  /** The provider's number for it. */
  readonly reference: string;
  readonly amountMinor: string;
  readonly currency: string;
  readonly at: string;
  readonly detail: Record<string, unknown>;
};

type Entry = Omit<Effect, 'at' | 'amountMinor'> & { readonly amountMinor: bigint };

export type Books = {
  record(entry: Entry): void;
  /** Notes what became of an effect (settled, failed, paid later); the effect itself stays as it was. */
  note(kind: EffectKind, reference: string, detail: Record<string, unknown>): void;
  list(): readonly Effect[];
};

export function createBooks(effects: Effect[], clock: Clock): Books {
  const nameOf = (kind: EffectKind, reference: string) => `${kind} ${reference}`;
  const byName = new Map(effects.map(effect => [nameOf(effect.kind, effect.reference), effect]));
  return {
    record({ amountMinor, ...entry }) {
      const effect = { ...entry, amountMinor: amountMinor.toString(), at: clock.iso() };
      effects.push(effect);
      byName.set(nameOf(entry.kind, entry.reference), effect);
    },
    note(kind, reference, detail) {
      Object.assign(byName.get(nameOf(kind, reference))?.detail ?? {}, detail);
    },
    list: () => effects,
  };
}
