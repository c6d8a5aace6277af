import { isSameSecret } from '../../../runtime/secrets/same-secret.ts';

/** Whether a path ends as the one that was registered with the provider. */
export const isSegment = (given: unknown, registered: string | undefined): boolean =>
  registered !== undefined && isSameSecret(String(given), registered);
