import { expect } from 'chai';
import { healthOf } from '../../../providers/aliexpress/health.ts';

const said = (error: object, status = 200, headers = {}) =>
  healthOf({ status, headers, body: JSON.stringify({ error_response: error }) });

describe("AliExpress' health", () => {
  for (const sub_code of ['isp.service-unavailable', 'ServiceTimeout', 'ServiceUnavailable', 'InternalError'])
    it(`is bad when it says ${sub_code} with status 200`, () => {
      expect(said({ code: '15', sub_code, msg: 'Remote service error' })).to.deep.equal({ state: 'ill' });
    });

  for (const sub_code of ['isv.insufficient-permission', 'IllegalAccessToken', 'INVENTORY_HOLD_ERROR'])
    it(`is good when it refuses: ${sub_code}`, () => {
      expect(said({ code: '27', sub_code })).to.deep.equal({ state: 'well' });
    });

  for (const [code, of] of [
    ['ApiCallLimit', 'family'],
    ['AppApiCallLimit', 'family'],
    ['AppCallLimit', 'application'],
    ['7', 'application'],
  ])
    it(`is a ban of the ${of === 'family' ? 'method' : 'whole application'} after ${code}, a second longer than it says`, () => {
      const ban = said({ code, msg: 'This ban will last for 3 more seconds' });
      expect(ban).to.deep.equal({ state: 'throttled', waitMs: 4_000, of });
    });

  it('is told by the status first', () => {
    expect(said({}, 502)).to.deep.equal({ state: 'ill' });
    expect(said({}, 429, { 'retry-after': '7' })).to.deep.equal({ state: 'throttled', waitMs: 7_000 });
  });

  for (const body of ['', '<html>', '[]', 'null', '{"result":{"success":true}}'])
    it(`is not judged by ${body || 'an empty body'}`, () => {
      expect(healthOf({ status: 200, headers: {}, body })).to.deep.equal({ state: 'well' });
    });
});
