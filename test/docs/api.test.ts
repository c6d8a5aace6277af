/** Covers: docs/api.md. */
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { routes } from '../api/routes.ts';
import { pages, textOf } from './pages.ts';

const page = textOf('docs/api.md');
const call = /`((?:GET|POST|PUT|PATCH|DELETE) \/[^`\s]*)`/g;

/** The calls in the first column of the table below a heading. */
function callsBelow(heading: string): string[] {
  const [, section = ''] = page.split(new RegExp(`^## ${heading}$`, 'm'));
  const [table = ''] = section.split(/^## /m);
  return [...table.matchAll(new RegExp(`^\\| ${call.source} \\|`, 'gm'))].map(([, name]) => String(name));
}

type Answers = (typeof routes)[number]['answers'];
/** A test holds `routes` against the routers of the api. */
const calls = (wanted: (pattern: string, answers: Answers) => boolean): string[] =>
  routes
    .filter(({ pattern, answers }) => wanted(pattern, answers))
    .map(({ method, pattern }) => `${method} ${pattern}`);

const isWebhook = (pattern: string) => pattern.startsWith('/api/webhooks/');

/** `409 NOT_PAID`: as the code of the api and of the decisions throws them. */
function refusals(): string[] {
  const files = readdirSync(new URL('../../api', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => `api/${name}`);
  const found = (text: string, pattern: RegExp, status?: number) =>
    [...text.matchAll(pattern)].map(([, first, second]) => (status ? `${status} ${first}` : `${first} ${second}`));
  const ofApi = files
    .map(textOf)
    .flatMap(text => [
      ...found(text, /new Problem\(\s*(\d{3}),\s*'([A-Z_]+)'/g),
      ...found(text, /^ {2}(4\d\d): '([A-Z_]+)',$/gm),
      ...found(text, /(?:tooMany\(|spend\([^\n]*, )'([A-Z_]+)'/g, 429),
    ]);
  const [, ofFacts = ''] = /type DecisionProblem =([^;]*);/.exec(textOf('transactions/decision-refused.ts')) ?? [];
  const [, ofErasure = ''] = /type HoldCode =([^;]*);/.exec(textOf('store/forgetting/erasure-hold.ts')) ?? [];
  // What is not there is answered by 404, whoever asks for it.
  const ofDecisions = found((ofFacts + ofErasure).replace(`'NOT_FOUND'`, ''), /'([A-Z_]+)'/g, 409);
  return [...new Set([...ofApi, ...ofDecisions])];
}

describe('docs/api.md', () => {
  it('lists every call once, below the heading of those who may make it', () => {
    const everybody = calls((pattern, [anonymous]) => !isWebhook(pattern) && anonymous !== 401);
    const admins = calls((_, [, owner]) => owner === 403);
    const ofSession = calls((pattern, [anonymous, owner]) => !isWebhook(pattern) && anonymous === 401 && owner !== 403);
    // The buyer's view of an order needs no session, and a wrong password is answered like a missing session.
    const open = [...everybody, 'POST /api/auth/login', 'GET /api/orders/:id'];
    const login = ofSession.filter(name => name !== 'POST /api/auth/login');
    expect(callsBelow('Open to everybody')).to.have.members(open);
    expect(callsBelow('With a session')).to.have.members(login);
    expect(callsBelow('Only for an admin')).to.have.members(admins);
    expect(callsBelow('Notifications of the providers')).to.have.members(calls(isWebhook));
  });

  it('lists every refusal with its status, and no other', () => {
    const listed = [...page.matchAll(/^\| (\d{3}) \| `([A-Z_]+)` \|/gm)].map(([, status, code]) => `${status} ${code}`);
    expect(refusals()).to.include.members([
      '409 NOT_PAID',
      '409 REFUND_OPEN',
      '429 TOO_MANY_REFUSED',
      '413 BODY_TOO_LARGE',
      '401 LOGIN_NEEDED',
    ]);
    expect(listed).to.have.members(refusals());
  });

  it('is not alone: every call that another page names exists', () => {
    const known = new Set(calls(() => true));
    for (const path of pages) {
      const named = [...textOf(path).matchAll(call)].map(([, name]) => String(name));
      expect(
        named.filter(name => !known.has(name)),
        path,
      ).to.deep.equal([]);
    }
  });
});
