import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

/** Wherever one of these turns up, two levels down at most, its value does not get into the log. */
const secretFields = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'clientSecret',
  'appSecret',
  'jwtSecret',
  'encryptionKeys',
];

const redactedPaths = secretFields.flatMap(field => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);

/**
 * JSON lines on standard output. Log chosen fields: never a request, a response or a provider's raw error. Of an error
 * only name, code and stack are written, because an HTTP client's error carries the Authorization header.
 */
export function createLogger(
  name: string,
  level: NonNullable<LoggerOptions['level']>,
  to: DestinationStream = standardOutput(),
): Logger {
  const options: LoggerOptions = {
    level,
    base: { name },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    formatters: { level: label => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  return pino(options, to);
}

/**
 * Not pino's own writer: when the reader of a pipe is gone, that one retries for ever at the end of the process. A log
 * that nobody reads is no reason to fail, least of all while shutting down.
 */
function standardOutput(): DestinationStream {
  if (!process.stdout.listeners('error').includes(ignoreBrokenPipe)) process.stdout.on('error', ignoreBrokenPipe);
  return process.stdout;
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

type Described = { name: string; message: string; code?: string; stack?: string; cause?: Described | string };

function describeError(error: unknown): Described | string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    name,
    message,
    ...(code ? { code } : {}),
    ...(stack ? { stack } : {}),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
