import type { SchemaObject } from 'ajv';

/**
 * The part of the Compose Specification's schema (github.com/compose-spec/compose-spec, schema/compose-spec.json) that
 * our file uses, with the same types. What is not listed is refused: a key that is new to our file comes in here first,
 * as the specification has it.
 */
const name = '^[a-zA-Z0-9._-]+$';
const text = { type: 'string' };
const flag = { type: ['boolean', 'string'] };
const texts = { type: 'array', items: text };
const textOrTexts = { oneOf: [text, texts] };

/** An object with these keys only, and with extensions (`x-…`) as everywhere in the specification. */
const closed = (properties: SchemaObject, required: string[] = []): SchemaObject => ({
  type: 'object',
  properties,
  required,
  patternProperties: { '^x-': {} },
  additionalProperties: false,
});

const named = (value: SchemaObject): SchemaObject => ({
  type: 'object',
  patternProperties: { [name]: value },
  additionalProperties: false,
});

const listOrDict = {
  oneOf: [
    {
      type: 'object',
      patternProperties: { '.+': { type: ['string', 'number', 'boolean', 'null'] } },
      additionalProperties: false,
    },
    { ...texts, uniqueItems: true },
  ],
};

const healthcheck = closed({
  disable: flag,
  interval: text,
  retries: { type: ['number', 'string'] },
  test: textOrTexts,
  timeout: text,
  start_period: text,
  start_interval: text,
});

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'];
const dependency = closed(
  { restart: flag, required: { type: 'boolean' }, condition: { type: 'string', enum: conditions } },
  ['condition'],
);

const service = {
  ...closed({
    build: {
      oneOf: [text, closed({ context: text, dockerfile: text, args: listOrDict, target: text }, ['context'])],
    },
    cap_add: { ...texts, uniqueItems: true },
    cap_drop: { ...texts, uniqueItems: true },
    command: { oneOf: [{ type: 'null' }, text, texts] },
    depends_on: { oneOf: [{ ...texts, uniqueItems: true }, named(dependency)] },
    environment: listOrDict,
    healthcheck,
    image: text,
    init: flag,
    mem_limit: { type: ['number', 'string'] },
    ports: { type: 'array', items: { type: ['number', 'string'] }, uniqueItems: true },
    read_only: flag,
    restart: text,
    security_opt: { ...texts, uniqueItems: true },
    stop_grace_period: text,
    stop_signal: text,
    tmpfs: textOrTexts,
    user: text,
    volumes: { ...texts, uniqueItems: true },
  }),
  // The specification's own constraint beside the keys: something has to be run.
  anyOf: [{ required: ['build'] }, { required: ['image'] }],
};

const volume = {
  oneOf: [{ type: 'null' }, closed({ name: text, driver: text, external: flag, labels: listOrDict })],
};

export const composeSchema: SchemaObject = closed({ name: text, services: named(service), volumes: named(volume) });
