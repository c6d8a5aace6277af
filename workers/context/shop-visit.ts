/** The supplier's website, as the processors that buy and track there use it. */
import type { Page } from 'puppeteer';
import type { Credential } from '../../store/entities/people.ts';

/** The page as it was left, as evidence for the person who has to decide. */
export type Snapshot = { readonly url: string; readonly screenshot: Buffer; readonly html: string };
/** Why there is no picture. */
export type Unseen = { readonly missing: string };

/** One stay in the shop, logged in as one account. */
export type Visit = {
  readonly page: Page;
  /** Goes to a page by its path, and logs in on the way when the session has ended. @throws Obstacle */
  open(path: string): Promise<void>;
};

type VisitOptions = {
  credential: Credential;
  deadlineMs: number;
  signal: AbortSignal;
  /** Receives the page as the task left it when it failed. */
  onTrouble?: (error: unknown, snapshot: Snapshot | Unseen) => Promise<void>;
};

export type Shop = {
  visit<T>(options: VisitOptions, task: (visit: Visit) => Promise<T>): Promise<T>;
};
