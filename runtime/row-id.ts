import Joi from 'joi';

/** The id of a row as Postgres reads it: Joi's own idea of a UUID includes brackets, and colons between its parts. */
export const rowId = Joi.string().guid({ separator: '-', wrapper: false });

const required = rowId.required();
export const isRowId = (text: unknown): text is string => required.validate(text).error === undefined;
