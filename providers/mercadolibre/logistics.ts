/**
 * Who packs and sends the parcel of a MercadoLibre sale, by `logistic.mode` and `logistic.type` of its shipment.
 * https://developers.mercadolibre.com.ar/en_us/mercadoenvios-mode-2
 *
 *   seller       as the seller likes: it can be bought and sent by somebody else
 *   label        the seller, with MercadoLibre's own label on the parcel
 *   marketplace  MercadoLibre, from its own warehouse (Full)
 *   unknown      a word that we do not know
 */
import { rowOf } from '../gate/checked-call.ts';

export type MercadoLibreSender = 'seller' | 'label' | 'marketplace' | 'unknown';

const sendersByMode: Readonly<Record<string, MercadoLibreSender>> = {
  me1: 'seller',
  custom: 'seller',
  not_specified: 'seller',
  // Drop off, collection, Flex and future kinds: all with the label.
  me2: 'label',
};

const sendersByType: Readonly<Record<string, MercadoLibreSender>> = { fulfillment: 'marketplace' };

export const senderOf = (mode: string, type: string | undefined): MercadoLibreSender =>
  rowOf(sendersByType, type) ?? rowOf(sendersByMode, mode) ?? 'unknown';
