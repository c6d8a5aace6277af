import type { Address } from '../../domain/address.ts';
import type { WireDestination } from './schema.ts';

/**
 * Where the parcel goes. Undefined for an address to which no parcel can be sent: some modes hide the buyer. In Mexico
 * and Brazil the quarter is needed to find the street, and the comment to find the door.
 */
export function toAddress({
  receiver_name: fullName,
  receiver_phone: phone,
  shipping_address: place = {},
}: WireDestination = {}): Address | undefined {
  const street = [place.street_name, place.street_number].filter(Boolean).join(' ');
  const line1 = place.address_line ?? street;
  const [city, country] = [place.city?.name, place.country?.id];
  if (!fullName || !line1 || !city || !country) return undefined;
  const quarter = place.neighborhood?.name ?? '';
  const comment = place.comment ?? '';
  const line2 = comment.includes(quarter) ? comment : [quarter, comment].filter(Boolean).join(', ');
  const regionCode = place.state?.id;
  return {
    fullName,
    line1,
    ...(line2 ? { line2 } : {}),
    city,
    region: place.state?.name ?? '',
    ...(regionCode?.startsWith(`${country}-`) ? { regionCode } : {}),
    postalCode: place.zip_code ?? '',
    country,
    ...(phone && /\d{6}/.test(phone.replace(/\D/g, '')) ? { phone } : {}), // hidden ones read `XXXXXXX`
  };
}
