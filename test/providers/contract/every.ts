import type { CallOptions } from '../../../providers/gate/checked-call.ts';
import type { Clients, SandboxWorld } from '../sandbox-world.ts';
import { aliexpressContracts } from './aliexpress.ts';
import type { Contracts } from './contract.ts';
import { ebayContracts } from './ebay.ts';
import { mercadolibreContracts } from './mercadolibre.ts';
import { payoneerContracts } from './payoneer.ts';
import { paypalContracts } from './paypal.ts';

type Given = unknown[];

/** A contract whose method and types the suite need not know. */
export type AnyContract = {
  operation: string;
  stakes: 'read' | 'money';
  token: 'application' | 'user' | 'none';
  onceOnly?: true;
  answersNothing?: true;
  withoutOptions?: true;
  leaves?: string;
  prepare(world: SandboxWorld): Promise<Given>;
  lasting?(answer: never): unknown;
  declined: { prepare(world: SandboxWorld): Promise<Given>; as: string | { answer: unknown } };
};

type Provider = keyof Contracts;

export type Row = {
  provider: Provider;
  method: string;
  contract: AnyContract;
  /** Makes the call, and answers what lasts of its answer. */
  ask(clients: Clients, given: Given, options?: CallOptions): Promise<unknown>;
};

const contracts: Record<Provider, Record<string, AnyContract>> = {
  paypal: paypalContracts,
  aliexpress: aliexpressContracts,
  ebay: ebayContracts,
  mercadolibre: mercadolibreContracts,
  payoneer: payoneerContracts,
};

export const everyContract: readonly Row[] = Object.entries(contracts).flatMap(([name, methods]) =>
  Object.entries(methods).map(([method, contract]) => rowOf(name as Provider, method, contract)),
);

type Methods = Record<string, (...given: unknown[]) => Promise<unknown>>;

function rowOf(provider: Provider, method: string, contract: AnyContract): Row {
  const lasting = contract.lasting as ((answer: unknown) => unknown) | undefined;
  return {
    provider,
    method,
    contract,
    async ask(clients, given, options) {
      const call = (clients[provider] as unknown as Methods)[method];
      if (!call) throw new Error(`${provider} has no ${method}`);
      const answer = await call(...given, ...(options ? [options] : []));
      return lasting ? lasting(answer) : answer;
    },
  };
}
