import { Router } from 'express';
import type { OrderId } from '../../domain/ids.ts';
import { isRowId } from '../../runtime/row-id.ts';
import { findEvidence } from '../../store/orders/evidence.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../middleware/refusal.ts';

/** The last pages of browser purchases, and unreadable answers. Shown as plain text, so that nothing in them runs. */
export const evidenceRoutes = ({ store }: Deps): Router =>
  Router().get('/orders/:order/evidence/:file', async (request, response) => {
    const [id, kind] = String(request.params.file).split('.');
    const order = String(request.params.order);
    const known = isRowId(id) && isRowId(order) && (kind === 'jpg' || kind === 'txt');
    const kept = known ? await store.read(em => findEvidence(em, order as OrderId, id ?? '')) : null;
    if (!kept || (kind === 'jpg' && !kept.screenshot)) throw new Refusal(404, 'There is no such evidence.');
    if (kind === 'jpg') response.type('jpeg').send(kept.screenshot);
    else response.type('text/plain').send(kept.text);
  });
