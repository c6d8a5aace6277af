import { isShape, listAt, type Shape, shapeAt } from '../shape.ts';
import { readAmount } from './amount-rules.ts';
import { invalidRequest, unprocessable } from './refusals.ts';
import type { PurchaseUnit } from './state.ts';

const longestText: Record<string, number> = {
  reference_id: 256,
  custom_id: 127,
  invoice_id: 127,
  description: 127,
  soft_descriptor: 22,
};

/** Countries that know no postal codes; everywhere else PayPal wants one. */
const withoutPostalCodes = new Set([
  'AE',
  'AO',
  'BO',
  'CL',
  'CO',
  'GH',
  'HK',
  'IE',
  'JM',
  'KE',
  'NG',
  'PA',
  'PE',
  'QA',
  'UY',
]);

/** Checks the body of a create as PayPal does. @throws Refusal 400 or 422 */
export function readPurchaseUnits(body: Shape): PurchaseUnit[] {
  const intent = body.intent;
  if (intent === undefined) throw invalidRequest('MISSING_REQUIRED_PARAMETER', '/intent');
  if (intent !== 'CAPTURE' && intent !== 'AUTHORIZE') throw invalidRequest('INVALID_PARAMETER_VALUE', '/intent');
  const units = listAt(body, 'purchase_units');
  if (units.length < 1) throw invalidRequest('MISSING_REQUIRED_PARAMETER', '/purchase_units');
  if (units.length > 10) throw invalidRequest('INVALID_ARRAY_MAX_ITEMS', '/purchase_units');
  const read = units.map((unit, index) => readUnit(unit, `/purchase_units/@${index}`, units.length));
  if (new Set(read.map(unit => unit.sent.reference_id)).size < read.length)
    throw unprocessable('DUPLICATE_REFERENCE_ID', '/purchase_units');
  if (new Set(read.map(unit => unit.currency)).size > 1) throw unprocessable('MULTI_CURRENCY_ORDER', '/purchase_units');
  checkExperience(body, read);
  return read;
}

function readUnit(unit: unknown, at: string, count: number): PurchaseUnit {
  if (!isShape(unit)) throw invalidRequest('INVALID_PARAMETER_SYNTAX', at);
  for (const [key, longest] of Object.entries(longestText)) {
    const text = unit[key];
    if (text === undefined) continue;
    if (typeof text !== 'string') throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${at}/${key}`);
    if (text.length < 1 || text.length > longest) throw invalidRequest('INVALID_STRING_LENGTH', `${at}/${key}`);
  }
  if (count > 1 && unit.reference_id === undefined) throw unprocessable('REFERENCE_ID_REQUIRED', `${at}/reference_id`);
  const { minor, currency } = readAmount(unit, at);
  if (unit.shipping !== undefined) checkShipping(shapeAt(unit, 'shipping'), `${at}/shipping`);
  return {
    sent: { reference_id: 'default', ...unit },
    amountMinor: minor,
    currency,
    customId: optionalText(unit, 'custom_id'),
    invoiceId: optionalText(unit, 'invoice_id'),
    captureId: undefined,
  };
}

function checkShipping(shipping: Shape, at: string): void {
  const address = shipping.address;
  if (address === undefined) return;
  if (!isShape(address)) throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${at}/address`);
  const country = address.country_code;
  if (country === undefined) throw invalidRequest('MISSING_REQUIRED_PARAMETER', `${at}/address/country_code`);
  if (typeof country !== 'string' || !/^([A-Z]{2}|C2)$/.test(country))
    throw invalidRequest('INVALID_PARAMETER_SYNTAX', `${at}/address/country_code`);
  if (country === 'UK') throw invalidRequest('INVALID_COUNTRY_CODE', `${at}/address/country_code`);
  if (!address.admin_area_2) throw unprocessable('CITY_REQUIRED', `${at}/address/admin_area_2`);
  if (!address.postal_code && !withoutPostalCodes.has(country))
    throw unprocessable('POSTAL_CODE_REQUIRED', `${at}/address/postal_code`);
  // What PayPal finds out about real addresses; here these names stand for them.
  if (address.admin_area_2 === 'Nowhere') throw unprocessable('SHIPPING_ADDRESS_INVALID', `${at}/address`);
  if (address.admin_area_2 === 'Elsewhere') throw unprocessable('INVALID_CITY_POSTAL_ZIP');
  if (address.admin_area_1 === 'Nowhere') throw invalidRequest('NEW_RULE_FOR_STATES', `${at}/address/admin_area_1`);
}

function checkExperience(body: Shape, units: readonly PurchaseUnit[]): void {
  const experience = shapeAt(shapeAt(shapeAt(body, 'payment_source'), 'paypal'), 'experience_context');
  for (const key of ['return_url', 'cancel_url']) {
    const url = experience[key];
    if (url !== undefined && (typeof url !== 'string' || !URL.canParse(url)))
      throw invalidRequest('INVALID_PARAMETER_SYNTAX', `/payment_source/paypal/experience_context/${key}`);
  }
  const provided = experience.shipping_preference === 'SET_PROVIDED_ADDRESS';
  if (provided && units.some(unit => !isShape(shapeAt(unit.sent, 'shipping').address)))
    throw unprocessable('MISSING_SHIPPING_ADDRESS', '/purchase_units/@0/shipping/address');
}

function optionalText(shape: Shape, key: string): string | undefined {
  const text = shape[key];
  return typeof text === 'string' ? text : undefined;
}
