import { expect } from 'chai';
import { neverCertainStatus, speaksOfDoubt } from '../../../providers/wire/ambiguous-refusal.ts';

describe('what no refusal proves', () => {
  for (const code of [
    'REPEATED_ORDER_ERROR',
    'DUPLICATE_INVOICE_ID',
    'DuplicatedRequest',
    'ORDER_ALREADY_CAPTURED',
    'alreadyPaid',
    'ORDER_COMPLETION_IN_PROGRESS',
    'InProgress',
    'INPROGRESS',
    'System Error',
    'SYSTEMERROR',
    'isp.service-unavailable',
    'ServiceTimeout',
    'INTERNAL_SERVICE_ERROR',
    'INVENTORY_HOLD_ERROR',
    'ON_HOLD',
    'onHold',
    'PAYMENT_HELD',
    'TIME_OUT',
    'time-out',
    'TIMED_OUT',
    'RequestTimeout',
  ])
    it(`${code} speaks of doubt`, () => expect(speaksOfDoubt(code)).to.equal(true));

  for (const code of [
    'PRODUCT_NOT_EXIST',
    'AUTHORIZATION_ERROR',
    'SHIPPING_ADDRESS_INVALID',
    'CARD_HOLDER_NAME_INVALID',
    'CARDHOLDER_REFUSED',
    'THRESHOLD_EXCEEDED',
    'HOUSEHOLD_LIMIT',
    'SKU_NOT_EXIST',
    'isv.product-offline',
    'INSTRUMENT_DECLINED',
    'ROUTING_OUT_OF_RANGE',
    '',
  ])
    it(`${code || 'no code'} does not`, () => expect(speaksOfDoubt(code)).to.equal(false));

  it('a time-out, a conflict, "too early", "too many" and a broken server are never certain', () => {
    for (const status of [408, 409, 425, 429, 500, 502, 503, 504, 599])
      expect(neverCertainStatus(status), `${status}`).to.equal(true);
    for (const status of [200, 400, 401, 403, 404, 422])
      expect(neverCertainStatus(status), `${status}`).to.equal(false);
  });
});
