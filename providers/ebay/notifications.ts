import Joi from 'joi';
import {
  ask,
  type Call,
  type CallOptions,
  callsTo,
  decode,
  type Gated,
  succeeded,
  type UserToken,
} from '../gate/checked-call.ts';
import type { ApplicationToken } from '../wire/application-token.ts';
import { withToken } from '../wire/application-token.ts';
import { idText, open } from '../wire/fields.ts';
import type { HttpAnswer, HttpRequest } from '../wire/http.ts';
import { refused } from './classify.ts';

/** Where eBay sends notifications. `MARKED_DOWN`: eBay has given up, and sends nothing until it is enabled again. */
export type Destination = { id: string; endpoint: string; status: string };

/** The subscription of a seller to one topic. */
export type Subscription = { id: string; topic: string; destinationId: string; status: string };

type DestinationFacts = { name: string; endpoint: string; verificationToken: string };

type WireDestination = { destinationId: string; status: string; deliveryConfig: { endpoint: string } };
const destination = open<WireDestination>({
  destinationId: idText.required(),
  status: Joi.string().required(),
  deliveryConfig: open({ endpoint: Joi.string().required() }).required(),
});
const destinations = open<{ destinations: WireDestination[] }>({
  destinations: Joi.array().items(destination).default([]),
});
type WireSubscription = { subscriptionId: string; topicId: string; destinationId: string; status: string };
const subscriptions = open<{ subscriptions: WireSubscription[] }>({
  subscriptions: Joi.array()
    .items(
      open<WireSubscription>({
        subscriptionId: idText.required(),
        topicId: Joi.string().required(),
        destinationId: idText.required(),
        status: Joi.string().required(),
      }),
    )
    .default([]),
});

const base = '/commerce/notification/v1';
/** Enough for all destinations of an application, and for all topics of a seller. */
const pageSize = 100;

/**
 * Notification v1: destinations belong to our application, subscriptions to the seller whose token comes with the call.
 * Nothing here moves money. eBay refuses to create what exists already, so read first.
 */
export function createEbayNotifications({
  baseUrl,
  gate,
  token,
}: Gated & { baseUrl: string; token: ApplicationToken }) {
  const { reading } = callsTo('ebay', gate);
  const limited = (options: CallOptions, account?: string): Call =>
    reading(options, { account, limit: 'ebay notification', capability: 'notifications' });

  const exchange = (call: Call, accessToken: string, request: HttpRequest): Promise<HttpAnswer> =>
    ask(call, {
      ...request,
      url: `${baseUrl}${base}${request.url}`,
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/json',
        ...(request.data === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });

  async function asApplication(
    options: CallOptions,
    request: HttpRequest,
  ): Promise<{ call: Call; answer: HttpAnswer }> {
    const call = limited(options);
    const answer = await withToken(token, accessToken => exchange(call, accessToken, request));
    if (!succeeded(answer)) throw refused(call, answer, 'application');
    return { call, answer };
  }

  async function asSeller({ accessToken, account }: UserToken, options: CallOptions, request: HttpRequest) {
    const call = limited(options, account);
    const answer = await exchange(call, accessToken, request);
    if (!succeeded(answer)) throw refused(call, answer, 'user');
    return { call, answer };
  }

  const bodyOf = ({ name, endpoint, verificationToken }: DestinationFacts): string =>
    JSON.stringify({ name, status: 'ENABLED', deliveryConfig: { endpoint, verificationToken } });

  return {
    /** Where eBay writes when it gives up on an endpoint. Has to be set before a destination is. */
    async setAlertEmail(alertEmail: string, options: CallOptions = {}): Promise<void> {
      await asApplication(options, { method: 'PUT', url: '/config', data: JSON.stringify({ alertEmail }) });
    },

    async listDestinations(options: CallOptions = {}): Promise<Destination[]> {
      const { call, answer } = await asApplication(options, { method: 'GET', url: `/destination?limit=${pageSize}` });
      const wire = decode(call, destinations, answer.body).destinations;
      return wire.map(({ destinationId: id, status, deliveryConfig }) => ({
        id,
        status,
        endpoint: deliveryConfig.endpoint,
      }));
    },

    /** eBay asks the endpoint for its challenge before it answers. */
    async createDestination(facts: DestinationFacts, options: CallOptions = {}): Promise<void> {
      await asApplication(options, { method: 'POST', url: '/destination', data: bodyOf(facts) });
    },

    /** Enables a destination that eBay has given up on: eBay asks for the challenge again. */
    async enableDestination(id: string, facts: DestinationFacts, options: CallOptions = {}): Promise<void> {
      const url = `/destination/${encodeURIComponent(id)}`;
      await asApplication(options, { method: 'PUT', url, data: bodyOf(facts) });
    },

    async listSubscriptions(seller: UserToken, options: CallOptions = {}): Promise<Subscription[]> {
      const request = { method: 'GET', url: `/subscription?limit=${pageSize}` } as const;
      const { call, answer } = await asSeller(seller, options, request);
      const wire = decode(call, subscriptions, answer.body).subscriptions;
      return wire.map(({ subscriptionId: id, topicId: topic, destinationId, status }) => ({
        id,
        topic,
        destinationId,
        status,
      }));
    },

    async createSubscription(
      seller: UserToken,
      { topic, destinationId }: { topic: string; destinationId: string },
      options: CallOptions = {},
    ): Promise<void> {
      const payload = { format: 'JSON', schemaVersion: '1.0', deliveryProtocol: 'HTTPS' };
      const data = JSON.stringify({ topicId: topic, status: 'ENABLED', payload, destinationId });
      await asSeller(seller, options, { method: 'POST', url: '/subscription', data });
    },

    async enableSubscription(seller: UserToken, id: string, options: CallOptions = {}): Promise<void> {
      await asSeller(seller, options, { method: 'POST', url: `/subscription/${encodeURIComponent(id)}/enable` });
    },

    /** Makes eBay send one notification of the topic, with invented contents. */
    async testSubscription(seller: UserToken, id: string, options: CallOptions = {}): Promise<void> {
      await asSeller(seller, options, { method: 'POST', url: `/subscription/${encodeURIComponent(id)}/test` });
    },
  };
}
