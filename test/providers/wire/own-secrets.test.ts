import { expect } from 'chai';
import type { HttpRequest } from '../../../providers/wire/http.ts';
import { withoutOurSecrets } from '../../../providers/wire/own-secrets.ts';

const secret = 'abc/123+XYZ.tail';
const url = 'https://api.example.com/v1/orders';
const basic = Buffer.from(`client:${secret}`).toString('base64');
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

describe('what was secret in a request', () => {
  const requests: readonly [string, Partial<HttpRequest>, string][] = [
    ['a bearer token', { headers: { Authorization: `Bearer ${secret}` } }, secret],
    ['a client and its secret', { headers: { authorization: `Basic ${basic}` } }, `${basic} or ${secret}`],
    ['a session in a form', { data: form({ session: secret, method: 'a.b.c' }) }, secret],
    [
      'a refresh token in a form, as it was sent',
      { data: form({ refresh_token: secret }) },
      encodeURIComponent(secret),
    ],
    ['a one-time code in a form', { data: form({ code: secret }) }, secret],
    [
      'a secret in JSON, with escaped slashes',
      { data: JSON.stringify({ client_secret: secret }) },
      'abc\\/123+XYZ.tail',
    ],
    ['a key in the address', { url: `${url}?app_id=${encodeURIComponent(secret)}` }, secret],
  ];
  for (const [what, sent, echoed] of requests)
    it(`is not in the refusal that repeats it: ${what}`, () => {
      const body = `{"message":"bad request: ${echoed}","value":"${echoed}"}`;
      const read = withoutOurSecrets({ method: 'POST', url, ...sent }, { status: 400, headers: {}, body });
      expect(read.body).not.to.include('123');
      expect(read.body).to.match(/^\{"message":"bad request: \[redacted\]/);
    });

  const request: HttpRequest = { method: 'POST', url, data: form({ refresh_token: secret }) };

  it('is left where it is the whole value of a success: a refresh may answer the token that was sent', () => {
    const body = `{"refresh_token":"${secret}","hint":"you sent ${secret}"}`;
    const read = withoutOurSecrets(request, { status: 200, headers: {}, body });
    expect(read.body).to.equal(`{"refresh_token":"${secret}","hint":"you sent [redacted]"}`);
  });

  it('is not the number of our application: an answer that names it bare stays JSON', () => {
    const missed: HttpRequest = { method: 'GET', url: `${url}?app_id=5503910054141466` };
    const body = '{"messages":[{"application_id":5503910054141466}]}';
    expect(withoutOurSecrets(missed, { status: 200, headers: {}, body }).body).to.equal(body);
  });

  it('is all that is taken out: an answer without it is the answer', () => {
    const answer = { status: 404, headers: {}, body: '{"message":"no such order"}' };
    expect(withoutOurSecrets(request, answer)).to.equal(answer);
    const order: HttpRequest = {
      method: 'POST',
      url,
      data: JSON.stringify({ intent: 'CAPTURE', units: [{ token: secret }] }),
    };
    const echo = { status: 400, headers: {}, body: 'CAPTURE is no intent' };
    expect(withoutOurSecrets(order, echo).body).to.equal(echo.body);
  });
});
