import { type Html, html } from '../../runtime/http/html.ts';
import { isRowId } from '../../runtime/row-id.ts';
import type { FindingCount } from '../../store/books/book-findings.ts';
import { bookRules } from '../../store/books/book-rules.ts';
import type { BookCheck, BookFinding, FindingKind } from '../../store/entities/book-check.ts';
import { page, type Viewer } from './layout.ts';
import { badge, card, none, type Tone, table } from './parts.ts';
import { relative } from './time.ts';

export type Books = {
  readonly check: BookCheck | null;
  readonly counts: readonly FindingCount[];
  readonly found: readonly BookFinding[];
  readonly gone: readonly BookFinding[];
  readonly now: Date;
};

export const booksPage = (viewer: Viewer, books: Books): string =>
  page(
    viewer,
    { title: 'Books', here: '/books' },
    html`
    <h1>Books</h1>
    <p class="lead">Every day the ledger is compared with the rows it was made from, and those with what the providers
      have. A difference is shown once it was there at two looks, four hours apart; it leaves by itself when a later check
      does not meet it again.</p>
    ${standing(books)}
    ${differences(books)}
    ${plain(books, 'unread', 'Not read', 'a provider did not answer: nothing is known')}
    ${plain(books, 'uncheckable', 'Cannot be checked', 'no provider can be asked, or we may not ask')}
    ${books.gone.length > 0 && card('Gone', gone(books), 'what later checks have not met again')}
    ${card('What is checked', rulesTable(books), `${bookRules.length} rules`)}`,
  );

/** The progress of the check, and the button that starts one. */
const standing = ({ check, now }: Books): Html => html`
  <form class="filter" method="post" action="/books/check">
    <button>${check?.stage ? 'Go on now' : 'Check now'}</button> <span class="soft">${progress(check, now)}</span>
  </form>
  ${check?.lastError && html`<p class="notice wait">The check waits: ${check.lastError}. It goes on by itself.</p>`}`;

function progress(check: BookCheck | null, now: Date): Html {
  if (!check) return html`The books have not been checked yet.`;
  const { stage, asked, startedAt, finishedAt, nextCheckAt } = check;
  const questions = `${asked} ${asked === 1 ? 'question' : 'questions'} to providers`;
  if (stage) return html`A check began ${relative(startedAt, now)}, and is at “${stage}” after ${questions}.`;
  if (!finishedAt) return html`The first check begins ${relative(nextCheckAt, now)}.`;
  return html`Checked ${relative(finishedAt, now)} with ${questions}; the next check begins ${relative(nextCheckAt, now)}.`;
}

const countOf = ({ counts }: Books, kind: FindingKind, rule?: string): number =>
  counts
    .filter(row => row.kind === kind && (rule === undefined || row.rule === rule))
    .reduce((total, { count }) => total + count, 0);

/** By rule, in the order of the check, each with what a person does about it. */
function differences(books: Books): Html {
  if (countOf(books, 'difference') === 0)
    return card(
      'Differences',
      html`<p class="empty">${books.check?.run ? 'The books agree with everything they were compared with.' : 'Nothing was compared yet.'}</p>`,
    );
  return html`${bookRules.flatMap(({ name, toDo }) => {
    const rows = books.found.filter(({ kind, rule }) => kind === 'difference' && rule === name);
    if (rows.length === 0) return [];
    const body = html`<p class="notice bad">${toDo}</p>${findingTable(rows, books.now)}${more(books, 'difference', name, rows)}`;
    return [card(`It should hold that ${name}`, body, `${countOf(books, 'difference', name)} found`)];
  })}`;
}

function plain(books: Books, wanted: FindingKind, title: string, note: string): Html | false {
  const rows = books.found.filter(({ kind }) => kind === wanted);
  if (rows.length === 0) return false;
  return card(title, html`${findingTable(rows, books.now)}${more(books, wanted, undefined, rows)}`, note);
}

const more = (
  books: Books,
  kind: FindingKind,
  rule: string | undefined,
  shown: readonly BookFinding[],
): Html | false => {
  const left = countOf(books, kind, rule) - shown.length;
  return left > 0 && html`<p class="footnote">and ${left} more</p>`;
};

const findingTable = (rows: readonly BookFinding[], now: Date): Html =>
  table(
    ['Order', 'What was found', { text: 'Since', numeric: true }, { text: 'Last seen', numeric: true, minor: true }],
    rows.map(finding => ({
      cells: [
        orderOf(finding),
        html`<span class="breaks">${finding.detail}</span>${aboutOf(finding)}`,
        relative(finding.firstSeenAt, now),
        relative(finding.lastSeenAt, now),
      ],
    })),
    '',
  );

const orderOf = ({ subject }: BookFinding): Html => {
  if (subject === '') return none;
  return isRowId(subject)
    ? html`<a href="/orders/${subject}"><code>${subject.slice(0, 8)}</code></a>`
    : html`<code>${subject}</code>`;
};

const aboutOf = ({ about, detail }: BookFinding): Html | false =>
  about !== '' && about !== detail && html`<small class="under">${about}</small>`;

const gone = ({ gone: rows, now }: Books): Html =>
  table(
    ['Order', 'What was found', { text: 'Since', numeric: true, minor: true }, { text: 'Gone', numeric: true }],
    rows.map(finding => ({
      cells: [
        orderOf(finding),
        html`<span class="breaks">${finding.detail}</span><small class="under">${finding.rule}</small>`,
        relative(finding.firstSeenAt, now),
        relative(finding.goneAt, now),
      ],
    })),
    '',
  );

function rulesTable(books: Books): Html {
  const standingOf = (rule: string): readonly [string, Tone] => {
    const wrong = countOf(books, 'difference', rule);
    if (wrong > 0) return [`${wrong} broken`, 'bad'];
    if (!books.check?.run) return ['not yet', 'calm'];
    return countOf(books, 'unread', rule) > 0 ? ['not read', 'wait'] : ['holds', 'good'];
  };
  return table(
    ['Rule', 'Compared with', { text: 'Now', numeric: true }],
    bookRules.map(({ name, asks, toDo }) => ({
      cells: [html`<span title="${toDo}">${name}</span>`, asks, badge(...standingOf(name))],
    })),
    '',
    'lines',
  );
}
