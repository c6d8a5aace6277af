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

/** Takes a checked body, changes the world, saves it, and answers. */
export function respond<Body>(
  world: World,
  schema: Joi.ObjectSchema<Body>,
  act: (body: Body, request: Request) => unknown,
  status = 200,
): RequestHandler {
  return (request, response) => {
    const { error, value } = schema.validate(request.body ?? {}, { abortEarly: false });
    if (error) throw new ControlError(400, error.message);
    const result = act(value, request);
    world.save();
    response
      .status(status)
      .type('json')
      .send(toJson(result ?? { ok: true }));
  };
}

/** An amount in minor units: a text, or a whole number. Arrives as a bigint. */
export const minorUnits = Joi.any().custom((value: unknown, checks) =>
  /^-?\d{1,18}$/.test(String(value)) ? BigInt(String(value)) : checks.error('any.invalid'),
);

export const currency = Joi.string().pattern(/^[A-Z]{3}$/);
export const text = Joi.string().max(2000);
