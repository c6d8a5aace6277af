import { randomUUID } from 'node:crypto';
import type { OrderId } from '../domain/ids.ts';
import type { EntityManager } from './open.ts';

export type Evidence = { step: string; reason: string; url: string; screenshot: Buffer; html: string };
export type KeptEvidence = Omit<Evidence, 'screenshot' | 'html'> & { id: string; takenAt: Date };

/** Keeps what a purchase on the website saw last; gives its id. */
export async function keepEvidence(em: EntityManager, orderId: OrderId, evidence: Evidence): Promise<string> {
  const id = randomUUID();
  const { step, reason, url, screenshot, html } = evidence;
  await em.execute(
    `insert into evidence (id, order_id, step, reason, url, screenshot, html)
     values (?, ?, ?, ?, ?, decode(?, 'base64'), ?)`,
    [id, orderId, step, reason, url, screenshot.toString('base64'), html.replaceAll('\u0000', '')],
  );
  return id;
}

/** Without the pictures, oldest first. */
export async function evidenceOf(em: EntityManager, orderId: OrderId): Promise<KeptEvidence[]> {
  const rows = await em.execute<{ id: string; step: string; reason: string; url: string; taken_at: string }[]>(
    'select id, step, reason, url, taken_at::text from evidence where order_id = ? order by taken_at limit 100',
    [orderId],
  );
  return rows.map(({ taken_at, ...rest }) => ({ ...rest, takenAt: new Date(taken_at) }));
}

export async function findEvidence(
  em: EntityManager,
  orderId: OrderId,
  id: string,
): Promise<{ screenshot: Buffer; html: string } | null> {
  const [row] = await em.execute<{ screenshot: string; html: string }[]>(
    `select encode(screenshot, 'base64') as screenshot, html from evidence where order_id = ? and id = ?`,
    [orderId, id],
  );
  return row ? { screenshot: Buffer.from(row.screenshot, 'base64'), html: row.html } : null;
}

/** What is older is nobody's business any more: pages show addresses. */
export async function forgetEvidence(em: EntityManager, takenBefore: Date): Promise<number> {
  const gone = await em.execute<{ id: string }[]>('delete from evidence where taken_at < ? returning id', [
    takenBefore,
  ]);
  return gone.length;
}
