import { type Html, html } from '../../runtime/http/html.ts';
import type { OrderFile } from '../order-file.ts';
import { code, none, reasonText, table } from './parts.ts';
import { moment } from './time.ts';

export const evidenceTable = ({ order, evidence }: Pick<OrderFile, 'order' | 'evidence'>): Html =>
  table(
    ['Seen', 'Step', 'What', 'Where', ''],
    evidence.map(({ id, kind, step, reason, url, takenAt }) => ({
      cells: [
        moment(takenAt),
        step,
        reasonText(reason) ?? none,
        code(url),
        kind === 'answer'
          ? html`<a href="/orders/${order.id}/evidence/${id}.txt">Answer</a>`
          : html`<a href="/orders/${order.id}/evidence/${id}.jpg">Picture</a> · <a href="/orders/${order.id}/evidence/${id}.txt">HTML</a>`,
      ],
    })),
    'Nothing was kept.',
  );
