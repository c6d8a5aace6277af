import { Router } from 'express';
import { checkBooksQueue } from '../../queues/check-books.ts';
import { askForBookCheck, theBookCheck } from '../../store/books/book-check.ts';
import { countFindings, goneFindings, openFindings } from '../../store/books/book-findings.ts';
import type { Deps } from '../deps.ts';
import { audited } from '../middleware/audit.ts';
import { operatorOf } from '../middleware/session.ts';
import { booksPage } from '../pages/books.ts';

const shownPerRule = 50;
const shownGone = 20;

/** The findings of the daily check of the books, and a button that starts a check now. */
export const booksRoutes = (deps: Deps): Router =>
  Router()
    .get('/books', async (_request, response) => {
      const books = await deps.store.read(async em => ({
        check: await theBookCheck(em),
        counts: await countFindings(em),
        found: await openFindings(em, shownPerRule),
        gone: await goneFindings(em, shownGone),
        now: deps.now(),
      }));
      response.type('html').send(booksPage({ deps, operator: operatorOf(response) }, books));
    })
    .post('/books/check', async (_request, response) => {
      const { email: operator } = operatorOf(response);
      await audited(deps, { operator, action: 'check the books', target: {} }, () =>
        deps.transact(async (em, enqueue) => enqueue(checkBooksQueue.jobFor(await askForBookCheck(em)))),
      );
      response.redirect(303, '/books');
    });
