import { expect } from 'chai';
import { PermissionRefused, Unreadable } from '../../../domain/call-outcome.ts';
import { codes, type RefusedCall, refused, throttles } from '../../../providers/aliexpress/classify.ts';
import { type Refusal, refusalIn } from '../../../providers/aliexpress/envelope.ts';
import { moneyCall, read } from '../../../providers/gate/checked-call.ts';
import { aliexpressCodes, aliexpressThrottles } from '../documented-refusals.ts';

const create = 'aliexpress.ds.order.create';
const orderGet = 'aliexpress.trade.ds.order.get';
const asked = (stakes: typeof moneyCall | typeof read, api: string): RefusedCall => ({
  call: { provider: 'aliexpress', ...stakes, gate: undefined },
  api,
  answer: '{"said":"no"}',
});
const buying = asked(moneyCall, create);
const reading = asked(read, 'aliexpress.ds.product.get');
const refusal = (...given: string[]): Refusal => ({ codes: given, message: '' });
const kindOf = (by: RefusedCall, ...given: string[]) => refused(by, refusal(...given)).kind;
/** A create that was no success, with a code and without a number. */
const notPlaced = (code: string) => refused(buying, { ...refusal(code), nothingDone: true });

describe('AliExpress refusals', () => {
  it('are those that are documented, and no others', () => {
    expect(codes).to.have.all.keys(aliexpressCodes);
    expect(throttles).to.have.members(aliexpressThrottles);
  });

  for (const [code, kind] of Object.entries(aliexpressCodes)) {
    it(`${code} on an order is ${kind}`, () => {
      expect(kindOf(buying, code)).to.equal(kind);
      expect(notPlaced(code).kind).to.equal(kind);
      expect(kindOf(reading, code)).to.equal(kind === 'uncertain' ? 'retryable' : kind);
    });
  }

  for (const code of aliexpressThrottles) {
    it(`${code} is retryable, after the ban`, () => {
      const message = 'This ban will last for 3 more seconds';
      const failure = refused(buying, { codes: [code], message });
      expect([failure.kind, failure.code, failure.retryAfterMs]).to.deep.equal([
        'retryable',
        'ALIEXPRESS_RATE_LIMITED',
        4000,
      ]);
    });
  }

  it('a throttle that names no time waits five seconds', () => {
    expect(refused(reading, { codes: ['ApiCallLimit'], message: 'slow down' }).retryAfterMs).to.equal(5000);
  });

  it('IllegalAccessToken is a refused token, on an order too', () => {
    const failure = refused(buying, refusal('IllegalAccessToken'));
    expect([failure.name, failure.kind, failure.code]).to.deep.equal([
      'Retryable',
      'retryable',
      'ACCESS_TOKEN_REFUSED',
    ]);
  });

  for (const code of [
    'PRODUCT_NOT_EXIST',
    'PRODUCT_OFF_SHELF',
    'SELLER_NOT_EXIST',
    'PRICE_CHANGED',
    'A_NEW_ONE',
    '4711',
  ])
    it(`an order that was not placed for ${code} certainly was not, although no table knows it`, () => {
      expect(notPlaced(code)).to.include({ kind: 'terminal', code: `ALIEXPRESS_${code}` });
      expect(kindOf(buying, code), 'where the answer does not say that nothing was placed').to.equal('uncertain');
    });

  for (const code of [
    'DUPLICATE_ORDER',
    'ORDER_ALREADY_EXISTS',
    'ORDER_IN_PROGRESS',
    'SYSTEM_ERROR',
    'SERVICE_EXCEPTION',
    'STOCK_HOLD_FAIL',
    'CREATE_ORDER_TIMEOUT',
    '500',
    '409',
  ])
    it(`an order that was "not placed" for ${code} may have been placed all the same`, () => {
      expect(notPlaced(code).kind).to.equal('uncertain');
    });

  it('an order that was not placed for no reason may have been placed', () => {
    expect(refused(buying, { ...refusal(), nothingDone: true }).kind).to.equal('uncertain');
  });

  it('a question refused with a code that nobody knows is asked for a time only, and keeps the answer', () => {
    const failure = refused(reading, refusal('NEW_CODE'));
    expect(failure).to.be.instanceOf(Unreadable);
    expect(failure).to.include({ code: 'ALIEXPRESS_NEW_CODE', answer: '{"said":"no"}' });
    expect(refused(reading, refusal('SYSTEM_BUSY')), 'an outage').not.to.be.instanceOf(Unreadable);
  });

  describe('of a permission', () => {
    const permissions = ['InsufficientPermission', 'isv.insufficient-permission', 'isv.permission-api-package-limit'];
    for (const code of permissions)
      for (const api of [
        create,
        'aliexpress.ds.product.get',
        'aliexpress.ds.freight.query',
        'aliexpress.ds.order.tracking.get',
      ])
        it(`${code} on ${api} stops the account`, () => {
          const stakes = api === create ? moneyCall : read;
          expect(refused(asked(stakes, api), refusal(code))).to.be.instanceOf(PermissionRefused);
        });

    it('on an order read says that the order is another account’s, but for the application’s own', () => {
      for (const code of ['isv.insufficient-permission', 'isv.invalid-authorization'])
        expect(kindOf(asked(read, orderGet), code), code).to.equal('terminal');
      for (const code of ['InsufficientPermission', 'isv.permission-api-package-limit'])
        expect(refused(asked(read, orderGet), refusal(code)), code).to.be.instanceOf(PermissionRefused);
      expect(refused(asked(read, orderGet), refusal('isv.something-else'))).to.be.instanceOf(Unreadable);
    });

    it('on a token is about our application, and stops no account', () => {
      expect(kindOf(asked(read, '/auth/token/refresh'), 'InsufficientPermission')).to.equal('terminal');
    });
  });

  it('the more specific code decides', () => {
    expect(refused(asked(read, orderGet), refusal('isv.insufficient-permission', '15')).code).to.equal(
      'ALIEXPRESS_ISV_INSUFFICIENT_PERMISSION',
    );
  });
});

describe('AliExpress refusals in an answer', () => {
  for (const [what, body, found] of [
    [
      'an error_response',
      { error_response: { code: '15', sub_code: 'isp.x', msg: 'Remote', sub_msg: 'no', request_id: 'r1' } },
      { codes: ['isp.x', '15'], message: 'no Remote', reference: 'r1' },
    ],
    [
      'an error at the top',
      { type: 'ISV', code: 'InvalidCode', message: 'bad', request_id: 'r2' },
      { codes: ['InvalidCode'], message: 'bad', reference: 'r2' },
    ],
    [
      'an error in the payload',
      { '/auth/token/create_response': { code: 'InvalidCode', message: 'bad' } },
      { codes: ['InvalidCode'], message: 'bad' },
    ],
    [
      'a product that is gone',
      { a_response: { rsp_code: 605, rsp_msg: 'ITEM_ID_NOT_FOUND' } },
      { codes: ['ITEM_ID_NOT_FOUND', '605'], message: 'ITEM_ID_NOT_FOUND' },
    ],
    ['a product', { a_response: { result: {}, rsp_code: 200, rsp_msg: 'Call succeeds' } }, undefined],
    ['a token', { '/auth/token/create_response': { access_token: 't', code: '0' } }, undefined],
    ['a bare result', { result: { is_success: true } }, undefined],
    ['a token whose code is null', { '/auth/token/create_response': { access_token: 't', code: null } }, undefined],
    [
      'a nested resp_result',
      { a_response: { resp_result: { resp_code: 405, resp_msg: 'no such thing' } } },
      { codes: ['no such thing', '405'], message: 'no such thing' },
    ],
  ] as const) {
    it(what, () => {
      expect(refusalIn(body)).to.deep.equal(found);
    });
  }
});
