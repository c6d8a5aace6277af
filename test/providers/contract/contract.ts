import type { AliExpressClient } from '../../../providers/aliexpress/client.ts';
import type { EbayClient } from '../../../providers/ebay/client.ts';
import type { CallOptions, Stakes } from '../../../providers/gate/checked-call.ts';
import type { MercadoLibreClient } from '../../../providers/mercadolibre/client.ts';
import type { PayoneerClient } from '../../../providers/payoneer/client.ts';
import type { PayPalClient } from '../../../providers/paypal/client.ts';
import type { SandboxWorld } from '../sandbox-world.ts';

/** What a method is given, without the options that every method takes last. */
type Given<Method> = Method extends (...given: infer All) => unknown
  ? Required<All> extends [...infer Given, CallOptions]
    ? Given
    : All
  : never;

type Answer<Method> = Method extends (...given: never[]) => Promise<infer Answered> ? Answered : never;

/** What one method of a client owes, and how the suite comes to call it. */
export type Contract<Method> = {
  /** The sandbox's name for it. */
  operation: string;
  stakes: Stakes;
  /**
   * Whose token the call carries: the `application`'s own, which the client renews; the `user`'s, which the caller does;
   * or `none`, because it is a token that is asked for.
   */
  token: 'application' | 'user' | 'none';
  /** The provider recognises no key: sent again it would happen again, so after a doubt only a look-up may follow. */
  onceOnly?: true;
  /** A success has no body to be read, so none can be malformed. */
  answersNothing?: true;
  /** Takes no options: what it asks for is shared by its callers. */
  withoutOptions?: true;
  /** What it leaves in the sandbox's books. */
  leaves?: 'capture' | 'refund' | 'payout' | 'supplier-order';
  /** Makes what the call needs. It may be made several times, with the same key. */
  prepare(world: SandboxWorld): Promise<Given<Method>>;
  /** What of its answer is the same when it is asked again; all of it by default. */
  lasting?(answer: Answer<Method>): unknown;
  /** A refusal of the provider's own, and what the client makes of it: a failure, or the answer that stands for it. */
  declined: { prepare(world: SandboxWorld): Promise<Given<Method>>; as: string | { answer: unknown } };
};

/** Every method that asks the provider something has a contract: a client that grows without one does not compile. */
export type ContractOf<Client> = {
  [Name in keyof Client as Client[Name] extends (...given: never[]) => Promise<unknown> ? Name : never]: Contract<
    Client[Name]
  >;
};

export type Contracts = {
  paypal: ContractOf<PayPalClient>;
  aliexpress: ContractOf<AliExpressClient>;
  ebay: ContractOf<EbayClient>;
  mercadolibre: ContractOf<MercadoLibreClient>;
  payoneer: ContractOf<PayoneerClient>;
};
