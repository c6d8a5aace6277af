import { Router } from 'express';
import { checkBooksQueue } from '../../queues/check-books.ts';
import { askForBookCheck, theBookCheck } from '../../store/books/book-check.ts';
import { countFindings, openFindings } from '../../store/books/book-findings.ts';
import type { BookCheck } from '../../store/entities/book-check.ts';
import type { Deps } from '../deps.ts';

const shownPerRule = 200;

const checkView = (check: BookCheck | null) =>
  check && {
    run: check.run,
    startedAt: check.startedAt ?? null,
    finishedAt: check.finishedAt ?? null,
    /** What is read now; null between two checks. */
    stage: check.stage ?? null,
    questions: check.asked,
    waitsFor: check.lastError ?? null,
    nextAt: check.nextCheckAt ?? null,
  };

/** The check of the books: what it has found, and one more now. For admins. */
export const bookCheckRoutes = ({ store, transact }: Deps): Router =>
  Router()
    .get('/book-check', async (_request, response) => {
      const [check, counts, found] = await store.read(async em => [
        await theBookCheck(em),
        await countFindings(em),
        await openFindings(em, shownPerRule),
      ]);
      const findings = found.map(({ rule, kind, subject, about, detail, firstSeenAt, lastSeenAt }) => ({
        rule,
        kind,
        subject,
        about,
        detail,
        firstSeenAt,
        lastSeenAt,
      }));
      response.json({ check: checkView(check), counts, findings });
    })
    .post('/book-check', async (_request, response) => {
      const check = await transact(async (em, enqueue) => {
        const asked = await askForBookCheck(em);
        enqueue(checkBooksQueue.jobFor(asked));
        return asked;
      });
      response.status(202).json({ check: checkView(check) });
    });
