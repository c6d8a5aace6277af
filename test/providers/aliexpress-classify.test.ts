import { expect } from 'chai';
import { codes, refused, stopsTheAccount, throttles } from '../../providers/aliexpress/classify.ts';
import { refusalIn } from '../../providers/aliexpress/envelope.ts';
import { type Call, moneyCall, read } from '../../providers/call.ts';
import { aliexpressCodes, aliexpressThrottles } from './documented-refusals.ts';

const buying: Call = { provider: 'aliexpress', ...moneyCall, gate: undefined };
const reading: Call = { provider: 'aliexpress', ...read, gate: undefined };
const kindOf = (call: Call, ...given: string[]) => refused(call, { codes: given, message: '' }).kind;

describe('AliExpress refusals', () => {
  it('are those that are documented, and no others', () => {
    expect(codes).to.have.all.keys(aliexpressCodes);
    expect(throttles).to.have.members(aliexpressThrottles);
  });

  for (const [code, kind] of Object.entries(aliexpressCodes)) {
    it(`${code} on an order is ${kind}`, () => {
      expect(kindOf(buying, code)).to.equal(kind);
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
    const failure = refused(buying, { codes: ['IllegalAccessToken'], message: '' });
    expect([failure.name, failure.kind, failure.code]).to.deep.equal([
      'Retryable',
      'retryable',
      'ACCESS_TOKEN_REFUSED',
    ]);
  });

  it('an unknown code is uncertain on an order, and asked again on a read', () => {
    expect([kindOf(buying, 'NEW_CODE'), kindOf(reading, 'NEW_CODE')]).to.deep.equal(['uncertain', 'retryable']);
    expect(kindOf(buying)).to.equal('uncertain');
  });

  it('the more specific code decides', () => {
    expect(refused(reading, { codes: ['isv.insufficient-permission', '15'], message: '' }).code).to.equal(
      'ALIEXPRESS_ISV_INSUFFICIENT_PERMISSION',
    );
  });

  it('four codes stop the account', () => {
    const stopping = Object.keys(codes).filter(code => stopsTheAccount(`ALIEXPRESS_${code}`));
    expect(stopping).to.have.length(4).and.include('USER_ACCOUNT_DISABLED');
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
  ] as const) {
    it(what, () => {
      expect(refusalIn(body)).to.deep.equal(found);
    });
  }
});
