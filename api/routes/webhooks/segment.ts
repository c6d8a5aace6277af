import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a path ends as the one that was registered with the provider; how close it came cannot be measured. */
export const isSegment = (given: unknown, registered: string | undefined): boolean =>
  registered !== undefined && timingSafeEqual(digest(String(given)), digest(registered));
