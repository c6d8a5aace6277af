import type { Request, RequestHandler } from 'express';
import Joi from 'joi';
import { toJson } from '../json.ts';
import type { World } from '../world.ts';

/** A mistake in a control request, said to whoever wrote the test. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

export const notKnown = (what: string): ControlError => new ControlError(404, `${what} is not known`);

type Act<Body, Result> = (body: Body, request: Request) => Result;

/** Takes a checked body, changes the world, saves it, and answers. */
export function respond<Body>(
  world: World,
  schema: Joi.ObjectSchema<Body>,
  act: Act<Body, unknown>,
  status = 200,
): RequestHandler {
  return (request, response) => {
    const result = act(checked(schema, request), request);
    world.save();
    response
      .status(status)
      .type('json')
      .send(toJson(result ?? { ok: true }));
  };
}

/** The same for what takes its time. */
export function respondLater<Body>(
  world: World,
  schema: Joi.ObjectSchema<Body>,
  act: Act<Body, Promise<unknown>>,
): RequestHandler {
  return async (request, response) => {
    const result = await act(checked(schema, request), request);
    world.save();
    response.type('json').send(toJson(result));
  };
}

function checked<Body>(schema: Joi.ObjectSchema<Body>, request: Request): Body {
  const { error, value } = schema.validate(request.body ?? {}, { abortEarly: false });
  if (error) throw new ControlError(400, error.message);
  return value;
}

/** An amount in minor units: a text, or a whole number. Arrives as a bigint. */
export const minorUnits = Joi.any().custom((value: unknown, checks) =>
  /^-?\d{1,18}$/.test(String(value)) ? BigInt(String(value)) : checks.error('any.invalid'),
);

export const currency = Joi.string().pattern(/^[A-Z]{3}$/);
export const text = Joi.string().max(2000);
