/** One property of a variant, as product.get lists it: `14:173#Blue` is property 14 with value 173, called "Blue" by its seller. */
export type SkuProperty = {
  readonly propertyId: string;
  readonly valueId: string;
  readonly called: string | undefined;
};

/** The properties that a `sku_attr` names, several joined by `;`. None where there is one variant only. */
export const propertiesOf = (skuAttr: string): SkuProperty[] =>
  skuAttr
    .split(';')
    .filter(Boolean)
    .map(one => {
      const [ids = '', called] = one.split('#');
      const [propertyId = '', valueId = ''] = ids.split(':');
      return { propertyId, valueId, called };
    });

/** Whether an order means this variant: verbatim, or by its numbers without what its seller calls them. */
export const isNamed = (skuAttr: string, given: string): boolean =>
  given === skuAttr || given === propertiesOf(skuAttr).map(bareName).join(';');

const bareName = ({ propertyId, valueId }: SkuProperty): string => `${propertyId}:${valueId}`;
