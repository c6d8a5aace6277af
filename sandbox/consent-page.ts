import type { Request, RequestHandler, Response } from 'express';
import { html } from '../runtime/http/html.ts';
import { type AccountProvider, letIn } from './accounts.ts';
import type { World } from './world.ts';

/** What a product asks an account's owner for, when everything about the question is in order. */
export type Question = {
  /** What the code is bound to; with eBay a name that stands for the address. */
  readonly redirectUri: string;
  /** Where the browser goes afterwards. */
  readonly callback: string;
  /** Undefined when it is not sent back. */
  readonly state: string | undefined;
  readonly challenge?: string;
  readonly scopes: readonly string[];
};

/** A mistake in the question: providers say so on a page of theirs, and send nobody anywhere. */
export class BadQuestion extends Error {
  override readonly name = 'BadQuestion';
}

/** @throws BadQuestion */
type Read = (query: URLSearchParams) => Question;

/** Where the product has registered that consents come back to. */
export const callbackOf = (world: World, name: string): string =>
  `${world.productUrl}/api/connections/${name}/callback`;

/** @throws BadQuestion unless every parameter is there with exactly this value */
export function demand(query: URLSearchParams, wanted: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(wanted))
    if (query.get(name) !== value) throw new BadQuestion(`the parameter ${name} is missing or wrong`);
}

/** The page on which somebody lets the product into their account: `GET` shows it, `POST` is its button. */
export function consentPage(world: World, provider: AccountProvider, read: Read): RequestHandler {
  return (request, response) => {
    try {
      const question = read(new URLSearchParams(request.url.split('?')[1] ?? ''));
      const { account, allowed } = answerTo(world, request);
      if (account === undefined) return showPage(response, provider, question);
      const code = allowed ? letIn(world, { provider, name: account, ...question }) : undefined;
      world.save();
      sendBack(response, provider, question, code);
    } catch (error) {
      if (!(error instanceof BadQuestion)) throw error;
      page(response.status(400), provider, html`<h1>This cannot be asked</h1><p>${error.message}</p>`);
    }
  };
}

function answerTo(world: World, request: Request): { account: string | undefined; allowed: boolean } {
  if (request.method === 'GET') return { account: world.settings.autoConsent || undefined, allowed: true };
  const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
  const account = form.get('account')?.trim();
  if (!account) throw new BadQuestion('say which account it is');
  return { account, allowed: form.get('decision') === 'allow' };
}

function sendBack(response: Response, provider: AccountProvider, question: Question, code: string | undefined): void {
  const back = new URL(question.callback);
  if (question.state !== undefined) back.searchParams.set('state', question.state);
  if (code === undefined) back.searchParams.set('error', 'access_denied');
  else back.searchParams.set('code', code);
  if (provider === 'ebay' && code !== undefined) back.searchParams.set('expires_in', '299');
  response.redirect(303, back.href);
}

const names: Record<AccountProvider, string> = {
  aliexpress: 'AliExpress',
  ebay: 'eBay',
  mercadolibre: 'Mercado Libre',
};

function showPage(response: Response, provider: AccountProvider, { scopes }: Question): void {
  page(
    response,
    provider,
    html`<h1>Let this application into your ${names[provider]} account?</h1>
    ${scopes.length > 0 && html`<p>It asks for:</p><ul>${scopes.map(scope => html`<li>${scope}</li>`)}</ul>`}
    <form method="post">
      <p><label>Your account <input name="account" value="my-shop" required maxlength="64"></label></p>
      <p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p>
    </form>`,
  );
}

function page(response: Response, provider: AccountProvider, content: ReturnType<typeof html>): void {
  const style = 'body{font:16px/1.5 system-ui;max-width:36rem;margin:3rem auto;padding:0 1rem}';
  response.type('html').send(
    html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Sandbox ${names[provider]}</title><style>${style}</style>
    <p><small>The sandbox, in place of ${names[provider]}</small></p>${content}</html>`.markup,
  );
}
