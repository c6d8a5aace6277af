import { Router } from 'express';
import type { CredentialId } from '../../domain/ids.ts';
import { allowBrowserBuying, browserBuyingAllowed } from '../../store/accounts/settings.ts';
import { releaseAccount, shopAccounts } from '../../store/connections/shop-accounts.ts';
import { resumeOrders } from '../../transactions/resume-orders.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { Refusal } from '../middleware/refusal.ts';
import { operatorOf } from '../middleware/session.ts';
import { browserPage } from '../pages/browser.ts';
import { idOf } from './id-of.ts';

/** The accounts that buy on the supplier's website: which are paused, and the main switch. */
export const browserRoutes = (deps: Deps): Router =>
  Router()
    .get('/browser', async (_request, response) => {
      const [accounts, allowed] = await deps.store.read(em =>
        Promise.all([shopAccounts(em), browserBuyingAllowed(em)]),
      );
      const viewer = { deps, operator: operatorOf(response) };
      response.type('html').send(browserPage(viewer, { accounts, allowed }, deps.now()));
    })
    .post('/browser/switch/:state', async (request, response) => {
      const allowed = request.params.state === 'on';
      if (!allowed && request.params.state !== 'off') throw new Refusal(404, 'The switch is on or off.');
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: `switch browser buying ${allowed ? 'on' : 'off'}`, target: {} }, () =>
        deps.store.transaction(em => allowBrowserBuying(em, allowed)),
      );
      response.redirect(303, '/browser');
    })
    .post('/browser/:id/release', async (request, response) => {
      const id = idOf(request, 'account');
      const { email: operator } = operatorOf(response);
      await audited(
        deps,
        { operator, action: 'release browser account', target: { account: id } },
        () => release(deps, id as CredentialId),
        orders => `${orders} orders go on`,
      );
      response.redirect(303, '/browser');
    });

/** Releases the account, and wakes the orders that waited for it. */
const release = ({ transact }: Deps, id: CredentialId): Promise<number> =>
  transact(async (em, enqueue) => {
    if (!(await releaseAccount(em, id))) throw new Refusal(409, 'The account is not paused.');
    // Includes orders of resellers who buy with the platform's account.
    return resumeOrders(em, enqueue, 'BUYER_ACCOUNT_PAUSED', null);
  });
