import { availableParallelism, totalmem } from 'node:os';
import Joi from 'joi';

/** What one Chromium needs while it buys, generously. */
const bytesPerPage = 1_000_000_000;
const pagesMax = 8;

/** Buying on the supplier's website, where an API cannot. */
export const browserVariables = () => ({
  ALLOW_BROWSER_AUTOMATION: Joi.boolean().default(false),
  CHROME_PATH: Joi.string(),
  BROWSER_PAGES: Joi.number().integer().min(1).max(pagesMax),
  BROWSER_PACE_MS: Joi.number().integer().min(0).max(3_600_000).default(20_000),
  BROWSER_POLL_MS: Joi.number().integer().min(1).max(86_400_000).default(900_000),
  BROWSER_LOOK_FOR_MS: Joi.number().integer().min(1_000).max(86_400_000).default(1_800_000),
  EVIDENCE_DAYS: Joi.number().integer().min(1).max(3_650).default(30),
  ALIEXPRESS_USER: Joi.string().email({ tlds: false }),
  ALIEXPRESS_PASS: Joi.string().max(1_024),
});

export type BrowserValues = {
  ALLOW_BROWSER_AUTOMATION: boolean;
  CHROME_PATH?: string;
  BROWSER_PAGES?: number;
  BROWSER_PACE_MS: number;
  BROWSER_POLL_MS: number;
  BROWSER_LOOK_FOR_MS: number;
  EVIDENCE_DAYS: number;
  ALIEXPRESS_USER?: string;
  ALIEXPRESS_PASS?: string;
};

const affordablePages = (): number =>
  Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 2 / bytesPerPage), pagesMax));

export const browserSettings = (values: BrowserValues) => ({
  allowBrowserAutomation: values.ALLOW_BROWSER_AUTOMATION,
  /** The Chromium to use; looked for when it is not named. */
  ...(values.CHROME_PATH === undefined ? {} : { chromePath: values.CHROME_PATH }),
  /** Purchases at once, each in a Chromium of its own. */
  browserPages: values.BROWSER_PAGES ?? affordablePages(),
  /** How long an account is left alone between two purchases. */
  browserPaceMs: values.BROWSER_PACE_MS,
  /** Between two looks at an order on the website that nobody has paid yet. */
  browserPollMs: values.BROWSER_POLL_MS,
  /** How long the list of orders is asked for a click whose answer was not seen, before a person is. */
  browserLookForMs: values.BROWSER_LOOK_FOR_MS,
  evidenceDays: values.EVIDENCE_DAYS,
  /** The platform's own buyer account, for resellers whom an admin has allowed it. */
  ...(values.ALIEXPRESS_USER === undefined || values.ALIEXPRESS_PASS === undefined
    ? {}
    : { platformBuyer: { email: values.ALIEXPRESS_USER, password: values.ALIEXPRESS_PASS } }),
});
