/** What a person needs to see before deciding: the last page of a purchase on the website, or a provider's answer. */
import { randomUUID } from 'node:crypto';
import type { OrderId } from '../../domain/ids.ts';
import type { EntityManager } from '../database/entity-manager.ts';
import { keysOf, seal, sealBytes, unseal, unsealBytes } from '../database/keyring.ts';

/** At which step it was seen, and why it was kept. `url` is the page, or the provider that answered. */
type Met = { step: string; reason: string; url: string };
type PageEvidence = Met & { screenshot: Buffer; html: string };
type AnswerEvidence = Met & { answer: string };
type KeptEvidence = Met & { id: string; kind: 'page' | 'answer'; takenAt: Date };

/** Postgres text cannot hold a null character. */
const storable = (text: string): string => text.replaceAll('\u0000', '');

/** Stores the last page of a purchase on the website; returns its id. */
export async function keepEvidence(em: EntityManager, orderId: OrderId, evidence: PageEvidence): Promise<string> {
  const id = randomUUID();
  const { step, reason, url, screenshot, html } = evidence;
  await em.execute(
    `insert into evidence (id, order_id, step, reason, url, screenshot, html)
     values (?, ?, ?, ?, ?, decode(?, 'base64'), ?)`,
    [
      id,
      orderId,
      step,
      reason,
      url,
      sealBytes(keysOf(em), 'evidence.screenshot', id, screenshot).toString('base64'),
      seal(em, 'evidence.html', id, storable(html)),
    ],
  );
  return id;
}

/** At most this many answers are kept per order, because the same question is asked again and again. */
const answersMax = 20;

/** Stores an answer that we could not read. */
export async function keepAnswer(em: EntityManager, orderId: OrderId, evidence: AnswerEvidence): Promise<void> {
  const { step, reason, url, answer } = evidence;
  const id = randomUUID();
  await em.execute(
    `insert into evidence (id, order_id, step, reason, url, answer)
     select ?, ?, ?, ?, ?, ? where (select count(*) from evidence where order_id = ? and answer is not null) < ?`,
    [id, orderId, step, reason, url, seal(em, 'evidence.answer', id, storable(answer)), orderId, answersMax],
  );
}

/** Without pictures and texts, oldest first. */
export async function evidenceOf(em: EntityManager, orderId: OrderId): Promise<KeptEvidence[]> {
  const rows = await em.execute<(Met & { id: string; kind: 'page' | 'answer'; taken_at: string })[]>(
    `select id, step, reason, url, case when answer is null then 'page' else 'answer' end as kind, taken_at::text
     from evidence where order_id = ? order by taken_at limit 100`,
    [orderId],
  );
  return rows.map(({ taken_at, ...rest }) => ({ ...rest, takenAt: new Date(taken_at) }));
}

/** `text` is the page's HTML, or the answer; an answer has no picture. */
export async function findEvidence(
  em: EntityManager,
  orderId: OrderId,
  id: string,
): Promise<{ screenshot: Buffer | null; text: string } | null> {
  const [row] = await em.execute<{ screenshot: string | null; html: string | null; answer: string | null }[]>(
    `select encode(screenshot, 'base64') as screenshot, html, answer from evidence where order_id = ? and id = ?`,
    [orderId, id],
  );
  if (!row) return null;
  const { screenshot, html, answer } = row;
  const picture = screenshot === null ? null : Buffer.from(screenshot, 'base64');
  return {
    screenshot: picture && unsealBytes(em, 'evidence.screenshot', id, picture),
    text: html === null ? unseal(em, 'evidence.answer', id, answer ?? '') : unseal(em, 'evidence.html', id, html),
  };
}

/** Pages and answers show addresses, so they are deleted after a while. */
export async function forgetEvidence(em: EntityManager, takenBefore: Date): Promise<number> {
  const gone = await em.execute<{ id: string }[]>('delete from evidence where taken_at < ? returning id', [
    takenBefore,
  ]);
  return gone.length;
}
