import Joi from 'joi';

/** Ours as well, though no process reads them through `readConfig`: each is read by one program. */
export const singleProgramVariables = () => ({
  MIGRATION_DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .description(
      'The database of `DATABASE_URL` as its administrator, who may make roles. Only `npm run migrate` reads it: it makes ' +
        'the role that `DATABASE_URL` names and the role that owns the tables. `npm start` hands it to the migration ' +
        'and keeps it from the processes.',
    ),
  ADMIN_EMAIL: Joi.string()
    .email({ tlds: false })
    .description('The first admin. `npm run create-user` adds this user, and so does `npm start` when it is missing.'),
  ADMIN_PASSWORD: Joi.string().min(12).description('The password of that user, when it is added.'),
  API_URL: Joi.string()
    .uri()
    .default('http://127.0.0.1:3000')
    .description('The api as the sandbox reaches it, for its notifications.'),
  SANDBOX_HOST: Joi.string().default('127.0.0.1').description('The address that the sandbox listens on.'),
  SANDBOX_URL: Joi.string()
    .uri()
    .description(
      'The sandbox as others reach it, for the links in its answers. Left out: as it was called last. It answers to this ' +
        'name and to those of its own machine, and to no other.',
    ),
  SANDBOX_STATE_FILE: Joi.string().description(
    'A JSON file that holds what the sandbox knows, across restarts. Left out, it is kept in memory.',
  ),
  SANDBOX_CA_FILE: Joi.string().description(
    'A PEM file that the sandbox writes: the certificate authority of its PayPal notifications.',
  ),
  TEST_POSTGRES_URL: Joi.string().uri().description('Set by `npm test` for itself: the PostgreSQL of the tests.'),
  TEST_REDIS_URL: Joi.string().uri().description('Set by `npm test` for itself: the Redis of the tests.'),
});
