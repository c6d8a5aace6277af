import { html } from '../../runtime/http/html.ts';
import { passwordLengthMin } from '../../store/accounts/password-rules.ts';
import type { Deps } from '../deps.ts';
import { page } from './layout.ts';

type Choice = { token: string; problem?: string };

export const newPasswordPage = (deps: Pick<Deps, 'config'>, { token, problem }: Choice): string =>
  page(
    { deps, operator: undefined },
    { title: 'New password' },
    html`
    <form class="card alone" method="post" action="/password-reset">
      <h1>New password</h1>
      ${problem && html`<p class="notice bad" role="alert">${problem}</p>`}
      <input type="hidden" name="token" value="${token}">
      <label>New password <input name="password" type="password" autocomplete="new-password" minlength="${passwordLengthMin}" maxlength="1024" required autofocus></label>
      <button>Set</button>
    </form>`,
  );

export const chosenPage = (deps: Pick<Deps, 'config'>): string =>
  page(
    { deps, operator: undefined },
    { title: 'New password' },
    html`<section class="card alone"><h1>The password is set</h1><p>All sessions of the account have ended.
      An admin logs in <a href="/login">here</a>, a reseller through the api.</p></section>`,
  );
