/** Covers: providers/mercadolibre/webhook.ts, providers/aliexpress/webhook.ts. */
import { expect } from 'chai';
import { parseAliExpressNotification } from '../../../providers/aliexpress/webhook.ts';
import { parseMercadoLibreNotification } from '../../../providers/mercadolibre/webhook.ts';
import { WebhookRejected } from '../../../providers/webhook/webhook-rejected.ts';
import { thrownBy } from '../thrown-by.ts';

describe('MercadoLibre notification', () => {
  const body = (changes: object = {}): Buffer =>
    Buffer.from(
      JSON.stringify({
        _id: 'f9f08571',
        resource: '/orders/2195160686',
        user_id: 468424240,
        topic: 'orders_v2',
        application_id: 5503910054141466,
        attempts: 1,
        ...changes,
      }),
    );

  it('names the order, the seller and the application', () => {
    expect(parseMercadoLibreNotification(body())).to.deep.equal({
      id: 'f9f08571',
      topic: 'orders_v2',
      orderId: '2195160686',
      userId: '468424240',
      applicationId: '5503910054141466',
    });
  });

  it('of another topic names no order: it is acknowledged, and nothing follows', () => {
    const read = parseMercadoLibreNotification(body({ topic: 'questions', resource: '/questions/1' }));
    expect(read).to.include({ topic: 'questions' }).and.not.to.have.property('orderId');
  });

  it('keeps numbers above 2^53', () => {
    const raw = body().toString().replace('468424240', '9007199254740993');
    expect(parseMercadoLibreNotification(Buffer.from(raw)).userId).to.equal('9007199254740993');
  });

  for (const [what, raw] of [
    ['a path after the id', body({ resource: '/orders/1/../../users/me' })],
    ['a query after the id', body({ resource: '/orders/1?x=1' })],
    ['a line break after the id', body({ resource: '/orders/1\n' })],
    ['another host', body({ resource: 'https://evil.example/orders/1' })],
    ['no seller', body({ user_id: null })],
    ['a seller that is no number', body({ user_id: '1 or 2' })],
    ['no id', body({ _id: undefined })],
    ['no JSON', Buffer.from('resource=/orders/1')],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const error = await thrownBy(() => parseMercadoLibreNotification(raw));
      expect(error).to.be.instanceOf(WebhookRejected).with.property('code', 'MERCADOLIBRE_NOTIFICATION_UNREADABLE');
    });
  }
});

describe('AliExpress notification', () => {
  const body = (orderId: string) =>
    Buffer.from(
      `{"data":{"buyerId":1,"orderId":${orderId},"orderStatus":"OrderShipped"},"message_type":53,"seller_id":2671514005}`,
    );

  it('names the order exactly', () => {
    const read = { orderNumber: '9007199254740993', type: 'OrderShipped', accountIds: ['2671514005', '1'] };
    expect(parseAliExpressNotification(body('9007199254740993'))).to.deep.equal(read);
  });

  it('about something else names its kind', () => {
    const other = Buffer.from('{"data":{"expires":1},"message_type":65,"seller_id":2671514005}');
    expect(parseAliExpressNotification(other)).to.deep.equal({ type: 'MESSAGE_65', accountIds: ['2671514005'] });
  });

  it('is refused with an order that is no number', async () => {
    const error = await thrownBy(() => parseAliExpressNotification(body('"1/2"')));
    expect(error).to.be.instanceOf(WebhookRejected).with.property('code', 'ALIEXPRESS_NOTIFICATION_UNREADABLE');
  });
});
