import { html } from '../../runtime/http/html.ts';
import type { Answer, Call } from '../operation.ts';
import type { World } from '../world.ts';
import { button, page, redirect } from './page.ts';
import { captcha, startSession } from './sessions.ts';

const form = (next: string, problem?: string): Answer =>
  page(
    'Sign in',
    'plain',
    html`<h1>Sign in</h1>${problem === undefined ? undefined : html`<p role="alert">${problem}</p>`}
    <form method="post" action="/shop/login">
      <input type="hidden" name="next" value="${next}">
      <label>Email <input name="email" type="email" autocomplete="username"></label>
      <label>Password <input name="password" type="password" autocomplete="current-password"></label>
      ${button('plain', 'Sign in', 'Sign in')}
    </form>`,
  );

const own = (path: string | null): string => (path?.startsWith('/') && !path.startsWith('//') ? path : '/orders');

export const showLogin = (call: Call): Answer => form(own(call.query.get('next')));

export function logIn(world: World, call: Call): Answer {
  const given = new URLSearchParams(call.text);
  const next = own(given.get('next'));
  const account = world.state.shop.accounts.get(given.get('email') ?? '');
  if (account === undefined || account.password !== given.get('password'))
    return form(next, 'Your account name or password is incorrect.');
  if (account.mood.captcha === 'login') return captcha();
  if (account.mood.twoFactor)
    return page(
      'Verification',
      'plain',
      html`<h1>Security verification</h1>
      <form><label>Enter the verification code sent to your phone <input name="code"></label></form>`,
    );
  return redirect(`/shop${next}`, startSession(world, account));
}
