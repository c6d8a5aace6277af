import { Router } from 'express';
import { money } from '../../domain/money.ts';
import { balanceOfReseller, receivables } from '../../store/money/current-account.ts';
import { accountBalances } from '../../store/money/ledger.ts';
import type { Deps } from '../deps.ts';
import { sessionOf } from '../middleware/session.ts';
import { moneyView } from '../views/views.ts';

/** What a reseller and the platform owe each other, per currency. An admin, who sells nothing, has no balance here. */
export const balanceRoutes = ({ store }: Deps): Router =>
  Router().get('/', async (_request, response) => {
    const { userId } = sessionOf(response);
    const balances = await store.read(em => balanceOfReseller(em, userId));
    response.json({
      balances: balances.map(({ currency, owedToThem, onItsWay, frozen, owedByThem }) => ({
        currency,
        owedToYou: moneyView(money(owedToThem, currency)),
        onItsWay: moneyView(money(onItsWay, currency)),
        frozen: moneyView(money(frozen, currency)),
        youOwe: moneyView(money(owedByThem, currency)),
      })),
    });
  });

/** What every account of the ledger holds (a debit is positive), and the resellers who owe the most. */
export const platformBalanceRoutes = ({ store }: Deps): Router =>
  Router().get('/balance', async (_request, response) => {
    const [accounts, owing] = await store.read(em => Promise.all([accountBalances(em), receivables(em)]));
    response.json({
      accounts: accounts.map(({ account, balance }) => ({ account, balance: moneyView(balance) })),
      receivables: owing.map(({ email, owed }) => ({ reseller: email, owed: moneyView(owed) })),
    });
  });
