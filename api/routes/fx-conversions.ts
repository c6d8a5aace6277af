import { Router } from 'express';
import Joi from 'joi';
import { platformCurrency } from '../../domain/fees.ts';
import { formatMoney, type Money, subtract } from '../../domain/money.ts';
import { type Channel, channels } from '../../domain/sale-channel.ts';
import { type BookedConversion, type NotConverted, recordConversion } from '../../store/money/fx-conversions.ts';
import type { Deps } from '../deps.ts';
import { Problem, valid } from '../middleware/problem.ts';
import { adminOf } from '../middleware/session.ts';
import { moneyView } from '../views/views.ts';
import { instant, price } from './schemas.ts';

type NewConversion = { from: Money; to: Money; heldAt?: Channel; reference: string; at?: Date };
const newConversion = Joi.object<NewConversion>({
  from: price.required(),
  to: price.required(),
  heldAt: Joi.string().valid(...channels),
  reference: Joi.string()
    .pattern(/^[\w.:/-]{1,64}$/)
    .required(),
  at: instant.max('now'),
});

const conversionView = ({ reference, heldAt, from, to, carried, at }: BookedConversion) => ({
  reference,
  heldAt,
  from: moneyView(from),
  to: moneyView(to),
  carried: moneyView(carried),
  /** How much more than its book value it brought. */
  gain: moneyView(subtract(to, carried)),
  at,
});

function refusal(refused: NotConverted, { reference, from }: NewConversion): Problem {
  switch (refused.refused) {
    case 'REFERENCE_TAKEN':
      return new Problem(409, 'REFERENCE_TAKEN', `another conversion is booked as ${reference}`);
    case 'NOT_HELD':
      return new Problem(409, 'NOT_HELD', `${formatMoney(refused.free)} of booked sales are held there`);
    case 'HOLDER_UNCLEAR': {
      const where = refused.holders.join(' and ') || 'nowhere';
      return new Problem(409, 'HOLDER_UNCLEAR', `${from.currency} is held at ${where}: name one of them in heldAt`);
    }
  }
}

/** Conversions of foreign money, as reported by an admin. The same reference again is the same conversion. */
export const fxConversionRoutes = ({ store, now }: Deps): Router =>
  Router().post('/fx-conversions', async (request, response) => {
    const { userId } = adminOf(response);
    const wanted = valid(newConversion, request.body);
    const { from, to, at = now() } = wanted;
    if (to.currency !== platformCurrency || from.currency === platformCurrency)
      throw new Problem(400, 'INVALID_INPUT', `foreign money is converted to ${platformCurrency}`);
    const answer = await store.transaction(em => recordConversion(em, { ...wanted, at }, userId));
    if ('refused' in answer) throw refusal(answer, wanted);
    response.status(answer.booked ? 201 : 200).json(conversionView(answer.conversion));
  });
