/** What is compared with the providers' own books, and what a person does about a difference. The work is in workers/books. */
export const providerRules = {
  'PayPal has captured what we booked': {
    toDo: 'Open the payment at PayPal and compare its amount with the order’s; a person decides which of the two is right.',
  },
  'PayPal has kept the fee that we booked': {
    toDo: 'Compare the fee of the payment at PayPal with the order’s page: the difference is to be corrected.',
  },
  'PayPal has given back what we booked': {
    toDo: 'Look at the payment’s refunds at PayPal: a refund that is not booked here leaves the payouts too high.',
  },
  'each capture at PayPal is a payment here': {
    toDo: 'A buyer has paid, and no order knows of it: open the payment at PayPal, then capture it for its order or refund it there.',
  },
  'PayPal has taken what we booked for a dispute': {
    toDo: 'Open the dispute at PayPal: the books must have the fee that it shows.',
  },
  'the supplier has charged what we booked': {
    toDo: 'Open the supplier order at AliExpress and compare what was paid with the order’s page.',
  },
  'the supplier has the money for an order in review that we believe it has': {
    toDo: 'Open the supplier order at AliExpress before you decide about the order: it was paid, or cancelled, since we last looked.',
  },
  'the payout arrived as we booked it': {
    toDo: 'Look the payout up at its provider by the number on the order’s page, before anything of it is paid again.',
  },
  'the payout cost the fee that we booked': {
    toDo: 'Compare the fee of the payout at its provider: the difference is the platform’s own loss or gain.',
  },
  'no money is out for a payout that we do not believe paid': {
    toDo: 'Do not pay it again: the money is on its way, or has arrived. Settle the payout by hand as paid.',
  },
  'each sale at eBay is a payment here': {
    toDo: 'eBay has credited a sale that has no paid order here: look at it there, and check the account’s notifications and feed.',
  },
  'eBay has credited what we booked': {
    toDo: 'Compare the sale in eBay’s payments page with the order’s page: payouts of the order are worth the wrong amount.',
  },
  'eBay has kept the fee that we booked': {
    toDo: 'Compare eBay’s fees of the sale with the order’s page: the commission was calculated with another fee.',
  },
  'eBay has given back what we booked': {
    toDo: 'Look at the refunds of the sale at eBay, then enter the total refunded (POST /api/admin/orders/:id/marketplace-refund).',
  },
  'what eBay pays out reaches the bank': {
    toDo: 'Ask the owner of the account to correct their bank details at eBay: the money is still there.',
  },
  'each payment at MercadoLibre is a payment here': {
    toDo: 'MercadoLibre has collected money for a sale that has no paid order here: look at it there, and check the account’s feed.',
  },
  'MercadoLibre has collected what we booked': {
    toDo: 'Compare the sale’s payment at Mercado Pago with the order’s page: payouts of the order are worth the wrong amount.',
  },
  'MercadoLibre has kept the fee that we booked': {
    toDo: 'Compare the fee of the payment at Mercado Pago with the order’s page: the commission was calculated with another fee.',
  },
  'MercadoLibre has given back what we booked': {
    toDo: 'Look at the payment’s refunds at Mercado Pago, then enter the total refunded (POST /api/admin/orders/:id/marketplace-refund).',
  },
  'nothing that was given up has happened after all': {
    toDo: 'It was given up as not happened, and its provider shows that it happened. Before anything else is paid or bought for the order, settle it as happened.',
  },
} as const satisfies Record<string, { readonly toDo: string }>;

export type ProviderRule = keyof typeof providerRules;
