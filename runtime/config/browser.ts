import { availableParallelism, totalmem } from 'node:os';
import Joi from 'joi';

/** What one Chromium needs while it buys, generously. */
const bytesPerPage = 1_000_000_000;
const pagesMax = 8;

const milliseconds = (least: number, most: number, standard: number) =>
  Joi.number().integer().min(least).max(most).default(standard).unit('ms');

/** Buying on the supplier's website, where an API cannot. */
export const browserVariables = () => ({
  ALLOW_BROWSER_AUTOMATION: Joi.boolean()
    .default(false)
    .description('Whether goods may be bought on the website. The same for all processes.'),
  CHROME_PATH: Joi.string().description(
    'The Chromium to use. Left out, it is the one installed on the machine, else the one that npm brings.',
  ),
  BROWSER_PAGES: Joi.number()
    .integer()
    .min(1)
    .max(pagesMax)
    .description(
      'Purchases at once in one process, each in a Chromium of its own. Left out: as many as cores and memory allow.',
    ),
  BROWSER_PACE_MS: milliseconds(0, 3_600_000, 20_000).description('How long an account rests between two purchases.'),
  BROWSER_POLL_MS: milliseconds(1, 86_400_000, 900_000).description(
    'The time between two looks at an order on the website that nobody has paid yet.',
  ),
  BROWSER_LOOK_FOR_MS: milliseconds(1_000, 86_400_000, 1_800_000).description(
    'How long the account’s list of orders is searched for a purchase whose answer was lost, before a person is asked.',
  ),
  EVIDENCE_DAYS: Joi.number()
    .integer()
    .min(1)
    .max(3_650)
    .default(30)
    .unit('days')
    .description('How long a picture and the HTML of the last page of a purchase in doubt are kept.'),
  ALIEXPRESS_USER: Joi.string()
    .email({ tlds: false })
    .description('The platform’s own buyer account, for resellers whom an admin has allowed to use it.'),
  ALIEXPRESS_PASS: Joi.string().max(1_024).description('The password of that account.'),
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
  ...(values.CHROME_PATH === undefined ? {} : { chromePath: values.CHROME_PATH }),
  browserPages: values.BROWSER_PAGES ?? affordablePages(),
  browserPaceMs: values.BROWSER_PACE_MS,
  browserPollMs: values.BROWSER_POLL_MS,
  browserLookForMs: values.BROWSER_LOOK_FOR_MS,
  evidenceDays: values.EVIDENCE_DAYS,
  ...(values.ALIEXPRESS_USER === undefined || values.ALIEXPRESS_PASS === undefined
    ? {}
    : { platformBuyer: { email: values.ALIEXPRESS_USER, password: values.ALIEXPRESS_PASS } }),
});
