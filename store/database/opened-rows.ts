import type { EventArgs, EventSubscriber } from '@mikro-orm/core';
import { Effect } from '../entities/money.ts';
import { InboundEvent, Order, OrderEvent } from '../entities/order.ts';
import { openAddress } from './buyer-address.ts';
import type { EntityManager } from './entity-manager.ts';
import { unseal, unsealBytes } from './keyring.ts';
import { openLine } from './timeline-lines.ts';

/**
 * Opens the sealed columns of a row as it is loaded, so that its readers have plain values. A column that was not
 * selected is absent, as its type says.
 */
export class OpenedRows implements EventSubscriber {
  getSubscribedEntities() {
    return [Order, OrderEvent, Effect, InboundEvent];
  }

  onLoad({ entity, meta, em }: EventArgs<object>): void {
    openRow(em as EntityManager, meta.tableName, entity);
  }
}

/** Opens what is sealed in a row of that table. A column that was not selected is absent. */
export function openRow(store: EntityManager, table: string, entity: object): void {
  switch (table) {
    case 'orders': {
      const order = entity as Order;
      if (order.shipTo) order.shipTo = openAddress(store, order.id, order.shipTo);
      return;
    }
    case 'order_events': {
      const line = entity as OrderEvent;
      const { note, detail } = openLine(store, line.orderId, line);
      Object.assign(line, { note, detail });
      return;
    }
    case 'effects': {
      const effect = entity as Effect;
      if (effect.request !== undefined) effect.request = unseal(store, 'effects', effect.id, effect.request);
      return;
    }
    case 'inbound_events': {
      const event = entity as InboundEvent;
      if (event.body !== undefined) event.body = unsealBytes(store, 'inbound_events', event.id, event.body);
    }
  }
}
