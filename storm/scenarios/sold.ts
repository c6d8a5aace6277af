import { buyAtCheckout } from '../../demo/buyers.ts';
import { Refused } from '../../demo/http.ts';
import { orderOf } from '../../demo/sight.ts';
import type { Reseller, Stage } from '../../demo/stage.ts';
import { readBooks } from '../books.ts';
import { type OrderFile, readOrderFile } from '../order-file.ts';

/** 29.99 paid by the buyer. */
export const paidMinor = 2_999;

export type Sold = { readonly id: string; readonly captureId: string };

/** A sale at our checkout, of a reseller who sells nothing else. The caller waits for the state that it needs. */
export async function sell(stage: Stage, reseller: Reseller): Promise<{ id: string }> {
  return buyAtCheckout(stage, await stage.stockUp(reseller, { priceMinor: paidMinor }));
}

/** Bought, booked and paid out. */
export async function sellAndPayOut(stage: Stage, name: string): Promise<Sold> {
  const { id } = await sell(stage, await stage.hireReseller({ name, sellsOnce: true }));
  await stage.until('the sale is paid out', async () => (await orderOf(stage.store, { id }))?.settled === true);
  return { id, captureId: await captureOf(stage, id) };
}

export async function captureOf(stage: Stage, id: string): Promise<string> {
  const captureId = await findCapture(stage, id);
  if (!captureId) throw new Error(`order ${id} was never captured`);
  return captureId;
}

/** Waits for the capture at PayPal. */
export async function onceCaptured(stage: Stage, id: string): Promise<string> {
  await stage.until('the order is captured', async () => (await findCapture(stage, id)) !== undefined);
  return captureOf(stage, id);
}

async function findCapture(stage: Stage, id: string): Promise<string | undefined> {
  const entries = await readBooks(stage.sandbox);
  return entries.find(({ kind, detail }) => kind === 'capture' && detail.customId === id)?.reference;
}

export const seen = (stage: Stage, id: string, what: string, holds: (file: OrderFile) => boolean): Promise<void> =>
  stage.until(what, async () => {
    const file = await readOrderFile(stage.store, id);
    return file !== undefined && holds(file);
  });

/** Takes a conflict for success: an earlier attempt, whose answer was lost, has done it. */
export const conflictIsDone = (asked: Promise<unknown>): Promise<unknown> =>
  asked.catch((error: unknown) => {
    if (!(error instanceof Refused && error.status === 409)) throw error;
  });

/** Sends a request as an admin. */
export const asAdmin = (stage: Stage, path: string, body: object = {}): Promise<unknown> =>
  conflictIsDone(stage.admin('POST', `/api/admin/${path}`, { ...body }));
