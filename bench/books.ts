/** The effects in the outside world, by the sandbox's own books. */
export type Books = {
  captures: number;
  supplierOrders: number;
  payouts: number;
  /** Effects whose key occurs more than once. */
  twice: number;
  /** Effects that this number of orders should have and does not. */
  missing: number;
};

type Effect = { kind: string; key: string; detail: { itemStatus?: string } };

/** Per order one capture, one supplier order, and a payout to the platform and to the reseller. */
const due = { capture: 1, 'supplier-order': 1, payout: 2 } as const;

export function readBooks(answer: Readonly<Record<string, unknown>>, orders: number): Books {
  const effects = answer.effects as readonly Effect[];
  const keysOf = (kind: keyof typeof due) => effects.filter(effect => effect.kind === kind).map(({ key }) => key);
  const kinds = Object.keys(due) as (keyof typeof due)[];
  const perKind = kinds.map(kind => {
    const keys = keysOf(kind);
    const distinct = new Set(keys).size;
    return { twice: keys.length - distinct, missing: due[kind] * orders - distinct };
  });
  return {
    captures: keysOf('capture').length,
    supplierOrders: keysOf('supplier-order').length,
    payouts: keysOf('payout').length,
    twice: perKind.reduce((sum, { twice }) => sum + twice, 0),
    missing: perKind.reduce((sum, { missing }) => sum + missing, 0),
  };
}
