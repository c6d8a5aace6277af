import { expect } from 'chai';
import { signParameters } from '../../../providers/aliexpress/sign.ts';

describe('AliExpress signature', () => {
  const auth = {
    app_key: '12345678',
    code: '3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26',
    sign_method: 'sha256',
    timestamp: '1517820392000',
  };

  it('matches the value published for a business call', () => {
    const parameters = {
      timestamp: '1517820392000',
      sign_method: 'sha256',
      method: 'aliexpress.logistics.redefining.getonlinelogisticsinfo',
      app_key: '123456',
      aliexpress_category_id: '200135143',
      access_token: 'test',
    };
    const expected = 'F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB';
    expect(signParameters('helloworld', parameters)).to.equal(expected);
  });

  it('matches the value published for a call whose name is a path', () => {
    const expected = '35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81';
    expect(signParameters('helloworld', auth, '/auth/token/create')).to.equal(expected);
  });

  it('keeps the method beside the path prefix on /sync', () => {
    const expected = '85833DD7661196F4F9CBE5FA79870B60F799D4101B7688C2081DDA6755B1ED0F';
    const parameters = { ...auth, method: '/auth/token/create' };
    expect(signParameters('helloworld', parameters, '/auth/token/create')).to.equal(expected);
  });

  it('sorts by bytes: capitals before the underscore, the underscore before small letters', () => {
    // The text that is signed: aB1 a_b2 ab3
    const sorted = signParameters('s', { aB: '1', a_b: '2', ab: '3' });
    expect(signParameters('s', { ab: '3', a_b: '2', aB: '1' })).to.equal(sorted);
    expect(signParameters('s', { aB1a_b2ab: '3' })).to.equal(sorted);
  });

  it('signs text beyond ASCII as UTF-8', () => {
    expect(signParameters('s', { a: 'São Paulo' })).not.to.equal(signParameters('s', { a: 'Sao Paulo' }));
  });
});
