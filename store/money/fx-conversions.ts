import { platformCurrency } from '../../domain/fees.ts';
import type { UserId } from '../../domain/ids.ts';
import { ledgerEvent } from '../../domain/ledger-event.ts';
import { type Currency, equals, type Money, min, money, negate } from '../../domain/money.ts';
import { carriedAt, currencyConverted } from '../../domain/postings.ts';
import { type Channel, channels } from '../../domain/sale-channel.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { balanceOf, post } from './ledger.ts';

export type Conversion = {
  /** The conversion's number at whoever made it; the same number is the same conversion. */
  readonly reference: string;
  /** Where the foreign money was; needed only when several places hold that currency. */
  readonly heldAt?: Channel | undefined;
  readonly from: Money;
  /** In the platform's currency, at PayPal. */
  readonly to: Money;
  readonly at: Date;
};
export type BookedConversion = Conversion & { readonly heldAt: Channel; readonly carried: Money };

/** `free`: how much of that currency is held there and belongs to booked sales. */
export type NotConverted =
  | { refused: 'NOT_HELD'; free: Money }
  | { refused: 'HOLDER_UNCLEAR'; holders: readonly Channel[] }
  | { refused: 'REFERENCE_TAKEN' };

type Row = {
  reference: string;
  held_at: Channel;
  from_minor: string;
  from_currency: Currency;
  to_minor: string;
  to_currency: Currency;
  carried_minor: string;
  at: string;
};

const conversionOf = (row: Row): BookedConversion => ({
  reference: row.reference,
  heldAt: row.held_at,
  from: money(BigInt(row.from_minor), row.from_currency),
  to: money(BigInt(row.to_minor), row.to_currency),
  carried: money(BigInt(row.carried_minor), row.to_currency),
  at: new Date(row.at),
});

const isSame = (booked: BookedConversion, { heldAt = booked.heldAt, from, to }: Conversion): boolean =>
  booked.heldAt === heldAt && equals(booked.from, from) && equals(booked.to, to);

/**
 * Books a conversion that really happened, once per reference. `fx:clearing` gives up the money at its average rate;
 * the difference to the proceeds is a gain or a loss. Buyers' money whose sale is not booked yet has no value in the
 * books, so it cannot be converted before.
 */
export async function recordConversion(
  em: EntityManager,
  conversion: Conversion,
  recordedBy: UserId,
): Promise<{ conversion: BookedConversion; booked: boolean } | NotConverted> {
  // One conversion at a time: the average depends on what the earlier ones left.
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', ['fx-conversions']);
  const [known] = await em.execute<Row[]>('select * from fx_conversions where reference = ?', [conversion.reference]);
  if (known) {
    const before = conversionOf(known);
    return isSame(before, conversion) ? { conversion: before, booked: false } : { refused: 'REFERENCE_TAKEN' };
  }
  const { reference, from, to, at } = conversion;
  const holders = conversion.heldAt ? [conversion.heldAt] : await holdersOf(em, from.currency);
  const [heldAt] = holders;
  if (!heldAt || holders.length > 1) return { refused: 'HOLDER_UNCLEAR', holders };
  const clearing = await clearingOf(em, from.currency);
  const free = min(await balanceOf(em, `cash:${heldAt}`, null, from.currency), clearing.foreign);
  if (from.amountMinor > free.amountMinor) return { refused: 'NOT_HELD', free };
  const carried = carriedAt(clearing, from);
  await em.execute(
    `insert into fx_conversions (reference, held_at, from_minor, from_currency, to_minor, to_currency, carried_minor, at, recorded_by)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      reference,
      heldAt,
      from.amountMinor,
      from.currency,
      to.amountMinor,
      to.currency,
      carried.amountMinor,
      at,
      recordedBy,
    ],
  );
  const postings = currencyConverted({ heldAt, from, to, carried });
  await post(em, { source: 'fx', event: ledgerEvent.converted(reference), orderId: null, at, postings });
  return { conversion: { ...conversion, heldAt, carried }, booked: true };
}

type Clearing = { readonly foreign: Money; readonly worth: Money };

/** The balance of a foreign currency in the clearing account, and its value in the books. */
async function clearingOf(em: EntityManager, currency: Currency): Promise<Clearing> {
  const [row] = await em.execute<{ foreign: string; worth: string }[]>(
    `select coalesce(sum(amount_minor) filter (where currency = ?), 0)::text as foreign,
            coalesce(sum(amount_minor) filter (where currency = ?), 0)::text as worth
     from ledger_postings where holder_id is null and account = 'fx:clearing' and transaction_id in
       (select transaction_id from ledger_postings where holder_id is null and account = 'fx:clearing' and currency = ?)`,
    [currency, platformCurrency, currency],
  );
  return {
    foreign: negate(money(BigInt(row?.foreign ?? 0), currency)),
    worth: money(BigInt(row?.worth ?? 0), platformCurrency),
  };
}

/** Where the platform holds money in that currency. */
async function holdersOf(em: EntityManager, currency: Currency): Promise<Channel[]> {
  const held = await Promise.all(channels.map(channel => balanceOf(em, `cash:${channel}`, null, currency)));
  return channels.filter((_channel, index) => (held[index]?.amountMinor ?? 0n) > 0n);
}
