import type { KeyObject } from 'node:crypto';
import type { Response } from 'express';
import type { Books } from './books.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { Faults } from './faults.ts';
import type { Settings } from './settings.ts';
import type { State } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** One sandbox: everything its simulators share. Several may live in one process. */
export type World = {
  readonly credentials: Credentials;
  readonly state: State;
  /** The providers' private keys, ready to sign. */
  readonly signers: { readonly paypal: KeyObject; readonly ebay: KeyObject };
  readonly settings: Settings;
  readonly clock: Clock;
  readonly books: Books;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  /** The product's API, where webhooks go. */
  readonly apiUrl: string;
  /** The product as a browser reaches it: where consent pages send people back to. */
  readonly productUrl: string;
  /** Where callers reach this sandbox: the root of the links in its answers. */
  publicUrl(): string;
  /** Persists the state, if the sandbox has a file for it: at once when the books have grown, else soon. */
  save(): void;
  /** Leaves a call without an answer until the sandbox closes. */
  hang(response: Response): void;
};
