/** Covers: providers/wire/exact-json.ts, providers/wire/fields.ts. */
import { expect } from 'chai';
import { money } from '../../../domain/money.ts';
import { createAliExpressClient } from '../../../providers/aliexpress/client.ts';
import { createEbayClient } from '../../../providers/ebay/client.ts';
import { createMercadoLibreClient } from '../../../providers/mercadolibre/client.ts';
import { createPayoneerClient } from '../../../providers/payoneer/client.ts';
import { createPayPalClient } from '../../../providers/paypal/client.ts';
import { startStub } from '../stub-server.ts';

const token = { accessToken: 't' };
/** Its neighbours are what a double would make of it. */
const id16 = '9007199254740993';
const id19 = '8190123456789012345';
/** In cents it is above 2^53; as a double it would end in .94. */
const largest = '90071992547409.93';
const cents = money(9_007_199_254_740_993n, 'USD');

/** What a client reads out of this answer, word for word as the provider would write it. */
async function answered<T>(body: string, ask: (url: string) => Promise<T>): Promise<T> {
  await using server = await startStub(({ url }) =>
    url.includes('oauth2/token') ? { body: { access_token: 't', expires_in: 100 } } : { body },
  );
  return await ask(server.url);
}

const paypal = (baseUrl: string) => createPayPalClient({ baseUrl, clientId: 'c', clientSecret: 's' });
const aliexpress = (baseUrl: string) => createAliExpressClient({ baseUrl, appKey: '1', appSecret: 's' });
const ebay = (baseUrl: string) => createEbayClient({ baseUrl, clientId: 'c', clientSecret: 's' });
const mercadolibre = (baseUrl: string) => createMercadoLibreClient({ baseUrl, clientId: '1', clientSecret: 's' });
const payoneer = (url: string) =>
  createPayoneerClient({ baseUrl: url, loginUrl: url, clientId: 'c', clientSecret: 's', programId: '1' });

const order = (method: string, result: string) => `{"aliexpress_${method}_response":{"result":${result}}}`;

describe('ids and amounts beyond what a double holds', () => {
  const rows: [string, () => Promise<unknown>, unknown][] = [
    [
      'the amount and fee of a PayPal capture',
      () =>
        answered(
          `{"id":${id16},"status":"COMPLETED","amount":{"value":"${largest}","currency_code":"USD"},
            "seller_receivable_breakdown":{"paypal_fee":{"value":"0.30","currency_code":"USD"},
            "net_amount":{"value":"${largest}","currency_code":"USD"}}}`,
          url => paypal(url).getCapture('c'),
        ),
      { id: id16, status: 'COMPLETED', amount: cents, fee: money(30n, 'USD') },
    ],
    [
      'the ids of a PayPal payout',
      () =>
        answered(
          `{"batch_header":{"payout_batch_id":${id19},"batch_status":"SUCCESS"},"items":[{"payout_item_id":${id16},
            "transaction_status":"SUCCESS","payout_item":{"amount":{"value":"${largest}","currency":"USD"},"receiver":"r"}}]}`,
          url => paypal(url).getPayoutBatch('b'),
        ),
      { batchId: id19, status: 'SUCCESS', items: [{ itemId: id16, status: 'SUCCESS', amount: cents }] },
    ],
    [
      'the numbers of AliExpress orders, bare in their list',
      () =>
        answered(order('ds_order_create', `{"is_success":true,"order_list":{"number":[${id16},${id19}]}}`), url =>
          aliexpress(url).createOrder(token, '{}'),
        ),
      { orderNumbers: [id16, id19], paid: true },
    ],
    [
      'what an AliExpress order cost',
      () =>
        answered(
          order(
            'trade_ds_order_get',
            `{"order_status":"WAIT_SELLER_SEND_GOODS","child_order_list":{"a":[
              {"actual_fee":{"amount":${largest},"currency_code":"USD"}},
              {"actual_fee":{"amount":0.1,"currency_code":"USD"}},{"actual_fee":{"amount":0.2,"currency_code":"USD"}}]}}`,
          ),
          url => aliexpress(url).getOrder(token, id16),
        ),
      {
        number: id16,
        status: 'PAID',
        rawStatus: 'WAIT_SELLER_SEND_GOODS',
        charged: money(9_007_199_254_741_023n, 'USD'),
      },
    ],
    [
      'the variant of an AliExpress product, and what names it in an order',
      () =>
        answered(
          order(
            'ds_product_get',
            `{"product_status_type":"onSelling","ae_item_sku_info_dtos":{"a":[
              {"sku_id":${id19},"offer_sale_price":${largest},"sku_available_stock":1,"currency_code":"USD",
               "ae_sku_property_dtos":{"b":{"sku_property_id":14,"property_value_id":${id16}}}},
              {"sku_id":8190123456789012346}]}}`,
          ),
          url => aliexpress(url).getProduct(token, { productId: id16, skuId: id19, shipToCountry: 'US' }),
        ),
      {
        productId: id16,
        onSale: true,
        sku: { skuId: id19, skuAttr: `14:${id16}`, price: cents, stock: 1 },
      },
    ],
    [
      'the number of an AliExpress parcel',
      () =>
        answered(
          order(
            'ds_order_tracking_get',
            `{"ret":true,"data":{"tracking_detail_line_list":{"a":[{"mail_no":${id19},"carrier_name":"C",
              "package_item_list":{"b":[{"item_id":${id16},"sku_id":${id19},"quantity":1}]}}]}}}`,
          ),
          url => aliexpress(url).getTracking(token, id16),
        ),
      [
        {
          trackingNumber: id19,
          carrier: 'C',
          items: [{ quantity: 1 }],
          events: [],
        },
      ],
    ],
    [
      'the lines of an eBay order',
      () =>
        answered(
          `{"orderId":${id19},"orderPaymentStatus":"PAID","pricingSummary":{"total":{"value":"${largest}","currency":"USD"}},
            "lineItems":[{"lineItemId":${id16},"legacyItemId":${id19},"quantity":3,
            "lineItemCost":{"value":"${largest}","currency":"USD"}}]}`,
          async url => {
            const { orderId, lines } = await ebay(url).getOrder(token, id19);
            return [
              orderId,
              ...lines.flatMap(({ lineItemId, legacyItemId, total }) => [lineItemId, legacyItemId, total]),
            ];
          },
        ),
      [id19, id16, id19, cents],
    ],
    [
      'the parcels of an eBay order',
      () =>
        answered(
          `{"total":1,"fulfillments":[{"fulfillmentId":${id19},"shipmentTrackingNumber":${id16},
            "lineItems":[{"lineItemId":${id16},"quantity":1}]}]}`,
          url => ebay(url).getShippingFulfillments(token, id19),
        ),
      [{ fulfillmentId: id19, trackingNumber: id16, lines: [{ lineItemId: id16, quantity: 1 }] }],
    ],
    [
      'the tracking number of a MercadoLibre shipment',
      () =>
        answered(`{"id":${id16},"status":"shipped","logistic":{"mode":"me1"},"tracking_number":${id19}}`, url =>
          mercadolibre(url).getShipment(token, id16),
        ),
      { id: id16, status: 'shipped', sender: 'seller', logistic: 'me1', trackingNumber: id19 },
    ],
    [
      'a Payoneer payout, whose amount is a bare number',
      () =>
        answered(`{"result":{"status":"Transferred","payout_id":${id19},"amount":${largest},"currency":"USD"}}`, url =>
          payoneer(url).getPayoutStatus('leg'),
        ),
      { status: 'Transferred', amount: cents, currency: 'USD', payoutId: id19 },
    ],
    [
      'a Payoneer balance',
      async () =>
        (await answered(`{"result":{"balance":${largest},"currency":"USD"}}`, url => payoneer(url).getBalance()))
          .available,
      cents,
    ],
  ];

  for (const [what, read, expected] of rows) {
    it(`keeps ${what}`, async () => {
      expect(await read()).to.deep.equal(expected);
    });
  }

  it('writes amounts digit by digit: to PayPal as text, to Payoneer as a number', () => {
    const note = { note: 'n', description: 'd' };
    const given = { ...note, amount: cents, receiver: 'a@b.example', payeeId: 'p', reference: 'r', batchKey: 'r' };
    expect(paypal('').payoutBody(given)).to.include(`"value":"${largest}"`);
    expect(payoneer('').payoutBody(given)).to.include(`"amount":${largest},`);
  });
});
