import type { Address } from '../../domain/address.ts';
import type { WireShippingInstruction } from './schema.ts';

/**
 * Where the parcel goes: for a sale that eBay forwards itself this is its hub, which finds the buyer by the reference
 * immediately above the street. Undefined for an address to which no parcel can be sent.
 * https://developer.ebay.com/api-docs/sell/fulfillment/types/sel:ShippingStep
 */
export function toAddress({ shippingStep }: WireShippingInstruction = {}): Address | undefined {
  const { shipTo, shipToReferenceId: labelReference } = shippingStep ?? {};
  const { fullName, companyName: company, contactAddress, primaryPhone, email } = shipTo ?? {};
  const { addressLine1, addressLine2, city, countryCode: country } = contactAddress ?? {};
  const [line1, line2] = addressLine1 ? [addressLine1, addressLine2] : [addressLine2];
  const receiver = fullName ?? company;
  if (!receiver || !line1 || !city || !country) return undefined;
  const phone = primaryPhone?.phoneNumber;
  return {
    fullName: receiver,
    ...(company && company !== receiver ? { company } : {}),
    ...(labelReference ? { labelReference } : {}),
    line1,
    ...(line2 ? { line2 } : {}),
    city,
    region: contactAddress?.stateOrProvince ?? contactAddress?.county ?? '',
    postalCode: contactAddress?.postalCode ?? '',
    country,
    ...(phone && isNumber(phone) ? { phone } : {}),
    ...(email ? { email } : {}),
  };
}

/** Without a number the field may hold words. */
const isNumber = (phone: string): boolean => /\d{6}/.test(phone.replace(/\D/g, ''));

/** Whether the reference is missing by which a hub would find the buyer. */
export const lacksReference = ({ ebaySupportedFulfillment, shippingStep }: WireShippingInstruction = {}): boolean =>
  ebaySupportedFulfillment === true && !shippingStep?.shipToReferenceId;
