import { html } from '../../runtime/http/html.ts';
import type { Deps } from '../deps.ts';
import { page } from './layout.ts';

export const loginPage = (deps: Pick<Deps, 'config'>, { next, problem }: { next: string; problem?: string }): string =>
  page(
    { deps, operator: undefined },
    { title: 'Log in' },
    html`
    <form class="card alone" method="post" action="/login">
      <h1>Log in</h1>
      ${problem && html`<p class="notice bad" role="alert">${problem}</p>`}
      <input type="hidden" name="next" value="${next}">
      <label>E-mail <input name="email" type="email" autocomplete="username" maxlength="256" required autofocus></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" maxlength="1024" required></label>
      <button>Log in</button>
    </form>`,
  );
