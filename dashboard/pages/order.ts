import { jobForOrder } from '../../queues/next-job.ts';
import { type Html, html } from '../../runtime/http/html.ts';
import { salePrice } from '../../store/orders/orders.ts';
import { currentQueues } from '../current-queue.ts';
import type { OrderFile } from '../order-file.ts';
import { contradictionCard } from './contradictions.ts';
import { decisions } from './decision.ts';
import { evidenceTable } from './evidence.ts';
import { page, type Viewer } from './layout.ts';
import { nextAction, wayOut } from './next-action.ts';
import { buyerOf } from './order-buyer.ts';
import { effectTable, parcelTable, paymentTable, supplierOrderTable, timeline } from './order-course.ts';
import { ledgerTable, legTable, splitOf } from './order-money.ts';
import { remedies } from './order-remedies.ts';
import { amount, badge, card, code, facts, none, reasonText, shortId } from './parts.ts';
import { age, moment, relative } from './time.ts';

/** @param woken how many jobs the wake button has just made; undefined when it was not pressed */
export const orderPage = (viewer: Viewer, file: OrderFile, now: Date, woken?: number): string =>
  page(
    viewer,
    { title: `Order ${shortId(file.order.id)}`, here: '/orders' },
    html`
    <p class="kicker"><a href="/orders">Orders</a></p>
    ${head(file, now)}
    ${woken !== undefined && wokenNotice(woken)}
    ${advice(file)}
    ${remedies(file)}
    ${contradictionCard(file.contradictions)}
    ${decisions(file)}
    <div class="columns wide">
      <div>
        ${card('Facts', orderFacts(file, now))}
        ${card('Ship to', buyerOf(file))}
      </div>
      ${card('Timeline', timeline(file.timeline))}
    </div>
    ${file.evidence.length > 0 && card('Evidence', evidenceTable(file), 'the page or answer that was seen, with secrets blanked')}
    ${card('Payments', paymentTable(file.payments), 'the buyer’s money')}
    ${card('Supplier orders', supplierOrderTable(file.supplierOrders, now))}
    ${file.parcels.length > 0 && card('Parcels', parcelTable(file.parcels), 'and whether the sale channel was told of them')}
    ${card('Sale', splitOf(file), 'who got how many cents')}
    ${card('Payouts', html`${legTable(file.legs, now)}${restingReceiver(file)}`)}
    ${card('Effects', effectTable(file), 'every call that moves money or goods, written down before it left')}
    ${card('Ledger', ledgerTable(file.ledger))}`,
  );

/** A change of receiver that has not taken effect: payouts that came back wait for it. */
const restingReceiver = ({ restingReceiver: change }: OrderFile): Html | undefined =>
  change
    ? html`<p class="footnote">The reseller’s payouts go to <code>${change.receiver}</code> by ${change.provider} from ${moment(change.holdsFrom)} on.</p>`
    : undefined;

const head = (file: OrderFile, now: Date): Html => {
  const queues = currentQueues(file).join(', ');
  return html`<header class="order-head">
  <div>
    <h1><code>${file.order.id}</code></h1>
    <p>${badge(file.order.status)} ${reasonText(file.order.waitReason ?? file.order.reason)}
      <span class="faint">for ${age(file.enteredAt, now)}</span></p>
  </div>
  ${
    queues &&
    html`<form method="post" action="/orders/${file.order.id}/wake">
      <button title="Has it looked at now: a new job on ${queues}">Wake</button>
    </form>`
  }
</header>`;
};

const wokenNotice = (jobs: number): Html =>
  jobs === 0
    ? html`<p class="notice wait" role="status">There was nothing to wake: only a person, or a provider, can move this order.</p>`
    : html`<p class="notice good" role="status">Woken: ${jobs === 1 ? 'a new job was made' : `${jobs} new jobs were made`}.
        The timeline below shows what comes of it.</p>`;

function advice({ order }: OrderFile): Html | undefined {
  const action = nextAction(order);
  const frozen =
    order.frozenFor &&
    html`<p class="notice bad">Frozen for ${reasonText(order.frozenFor)}: no money moves. ${wayOut(order.frozenFor)}</p>`;
  return html`${frozen}${action && html`<p class="notice ${order.status === 'WAITING' ? 'wait' : 'bad'}">${action}</p>`}`;
}

function orderFacts(file: OrderFile, now: Date): Html {
  const { order, product, reseller } = file;
  const job = jobForOrder(order);
  const queues = currentQueues(file).join(', ');
  return facts([
    ['Amount', amount(salePrice(order))],
    ['Product', product ? html`${product.title}${order.quantity > 1 && html` × ${order.quantity}`}` : none],
    ['Reseller', reseller],
    ['Channel', order.channel],
    ['External order', code(order.externalOrderId)],
    ...(order.externalLineId ? ([['Line', code(order.externalLineId)]] as const) : []),
    ...(order.listingId
      ? ([['Listing', code([order.listingId, order.variationId].filter(Boolean).join(' / '))]] as const)
      : []),
    ['Proceeds held by', order.proceedsHeldBy],
    ['Supplier paid by', order.supplierPaidBy],
    ['Bought through', order.purchaseRoute],
    ...(order.fxRate && order.fxRate !== '1'
      ? ([['Exchange rate', html`${order.fxRate} <span class="faint">${order.fxSource}</span>`]] as const)
      : []),
    ['Current queue', queues || none],
    ['Current job', job ? html`<a href="/queues/queue/${job.queue}/${job.id}"><code>${job.id}</code></a>` : none],
    ['Next check', relative(order.nextCheckAt, now)],
    ...(order.waitUntil ? ([['Waits until', moment(order.waitUntil)]] as const) : []),
    ['Paid', moment(order.paidAt)],
    ['Created', moment(order.createdAt)],
  ]);
}
