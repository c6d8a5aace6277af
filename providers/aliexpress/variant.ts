import Joi from 'joi';
import { maybe, open } from '../wire/fields.ts';
import { listOf, listsIn } from './envelope.ts';

const digits = Joi.alternatives(Joi.string().pattern(/^\d+$/), Joi.number().integer().strict().min(0)).custom(String);

const named = open<{ sku_id: string }>({ sku_id: digits.required() });
const attributed = open<{ sku_attr?: string }>({ sku_attr: maybe(Joi.string()) });

type Property = { sku_property_id: string; property_value_id: string };
const property = open<Property>({ sku_property_id: digits.required(), property_value_id: digits.required() });

const read = <T>(schema: Joi.Schema<T>, value: unknown): T =>
  Joi.attempt(value, schema.required(), { errors: { render: false } });

/**
 * Finds one variant among those of a product, and reads it as `sku`, with the `skuAttr` that names it in an order.
 * Undefined when the product has no such variant. Other variants may be unreadable, as long as they have ids.
 * @throws when the variant cannot be read or named, or may be one without an id
 */
export function variantIn<T>(
  listed: unknown,
  skuId: string,
  sku: Joi.Schema<T>,
): (T & { skuAttr: string }) | undefined {
  const variants = listsIn(listed).find(list => list.some(one => idOf(one) !== undefined)) ?? [];
  const ids = variants.map(idOf);
  const index = ids.indexOf(skuId);
  if (index >= 0) return { ...read(sku, variants[index]), skuAttr: skuAttrOf(variants[index], variants.length === 1) };
  if (ids.length === 0 || ids.includes(undefined)) throw new RangeError('no variants, or some without an id');
  return undefined;
}

function idOf(variant: unknown): string | undefined {
  const { value, error } = named.required().validate(variant, { errors: { render: false } });
  return error ? undefined : value.sku_id;
}

/** Verbatim where it is given. Else it is built from the properties as AliExpress builds it: `14:173;5:361386`. */
function skuAttrOf(variant: unknown, isOnly: boolean): string {
  const { sku_attr: given } = read(attributed, variant);
  if (given !== undefined) return given;
  const { ae_sku_property_dtos: listed } = read(open<{ ae_sku_property_dtos?: unknown }>({}), variant);
  const properties: Property[] = read(listOf(property), listed ?? []);
  if (properties.length === 0 && !isOnly) throw new RangeError('a variant without properties');
  return properties.map(one => `${one.sku_property_id}:${one.property_value_id}`).join(';');
}
