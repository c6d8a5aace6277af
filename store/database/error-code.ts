/** The code of an error of Postgres, or of the connection to it: `23505`, `ECONNREFUSED`. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
