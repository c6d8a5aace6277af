import { expect } from 'chai';
import type { LegId, OrderId, SaleId } from '../../domain/ids.ts';
import { ledgerEvent } from '../../domain/ledger-event.ts';

const [order, sale, leg] = ['o' as OrderId, 's' as SaleId, 'l' as LegId];

describe('the name of a ledger event', () => {
  // Books of earlier releases have these names: another one would be booked a second time.
  const names: readonly [made: string, name: string][] = [
    [ledgerEvent.paid('C1'), 'paid:C1'],
    [ledgerEvent.feeCorrected('C1'), 'fee:C1'],
    [ledgerEvent.feeTakenElsewhere('C1'), 'fee-currency:C1'],
    [ledgerEvent.wentBack('refund', 'R1'), 'refund:R1'],
    [ledgerEvent.wentBack('reversal', 'R1'), 'reversal:R1'],
    [ledgerEvent.cameAgain('R1'), 'return:R1'],
    [ledgerEvent.disputeFee('D1', 2), 'dispute-fee:D1:2'],
    [ledgerEvent.keptFeeBorne(order), 'kept:o'],
    [ledgerEvent.keptFeeTakenBack(order), 'unkept:o'],
    [ledgerEvent.bought('K1'), 'bought:K1'],
    [ledgerEvent.supplierCancelled('N1'), 'cancelled:N1'],
    [ledgerEvent.supplierRefunded('N1+N2'), 'refunded:N1+N2'],
    [ledgerEvent.lostAtSupplier('K1'), 'lost:K1'],
    [ledgerEvent.saleBooked(sale), 'booked:s'],
    [ledgerEvent.saleShrunk(sale, 'R1'), 'shrunk:s:R1'],
    [ledgerEvent.saleRegained(sale, 'R1'), 'regained:s:R1'],
    [ledgerEvent.saleVoided(sale), 'voided:s'],
    [ledgerEvent.legPaid(leg, 'I1'), 'leg:l:I1'],
    [ledgerEvent.legReturned(leg, null), 'leg-back:l:null'],
    [ledgerEvent.legCharged(leg, 'I1'), 'leg-fee:l:I1'],
    [ledgerEvent.paidElsewhere(leg, 'T1'), 'paid-out:l:T1'],
    [ledgerEvent.foundOut('K1', null), 'found:K1'],
    [ledgerEvent.foundOut('K1', leg), 'found:K1:l'],
    [ledgerEvent.converted('F1'), 'converted:F1'],
  ];
  for (const [made, name] of names) it(`is ${name} for ever`, () => expect(made).to.equal(name));
});
