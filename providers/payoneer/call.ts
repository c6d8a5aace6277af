import { type Call, type CallOptions, moneyCall, type Provider, read } from '../call.ts';
import type { HttpRequest } from '../http.ts';

/** Neither name is in the shared types yet. */
const provider = 'payoneer' as string as Provider;
export const put = 'PUT' as string as HttpRequest['method'];

export const reading = ({ signal }: CallOptions): Call => ({ provider, ...read, signal });
export const moving = ({ signal }: CallOptions): Call => ({ provider, ...moneyCall, signal });
