import { html } from '../../runtime/http/html.ts';
import { randomHex } from '../ids.ts';
import type { Answer, Call, Perform } from '../operation.ts';
import type { World } from '../world.ts';
import { page, redirect } from './page.ts';
import type { ShopAccount } from './state.ts';

const cookieName = 'shop_session';

export const cookieOf = (call: Call): string | undefined =>
  new RegExp(`(?:^|;\\s*)${cookieName}=([0-9a-f]+)`).exec(call.header('cookie') ?? '')?.[1];

export function startSession(world: World, account: ShopAccount): Record<string, string> {
  const token = randomHex(32);
  world.state.shop.sessions.set(token, account.email);
  return { 'set-cookie': `${cookieName}=${token}; Path=/shop; HttpOnly; Max-Age=2592000` };
}

function accountOf(world: World, call: Call): ShopAccount | undefined {
  const email = world.state.shop.sessions.get(cookieOf(call) ?? '');
  return email === undefined ? undefined : world.state.shop.accounts.get(email);
}

/** A page for somebody who is logged in; everybody else is sent to the log-in and comes back. */
export const forMembers =
  (world: World, answer: (account: ShopAccount, call: Call) => Answer): Perform =>
  call => {
    const account = accountOf(world, call);
    const here = call.method === 'GET' ? `${call.path}${call.query.size > 0 ? `?${call.query}` : ''}` : '/orders';
    return account ? answer(account, call) : redirect(`/shop/login?next=${encodeURIComponent(here)}`);
  };

export const captcha = (): Answer =>
  page(
    'Verify',
    'plain',
    html`<h1>Slide to verify</h1><iframe title="captcha" src="about:blank"></iframe>
    <p>Sorry, we have detected unusual traffic from your network.</p>`,
  );
