import { type Call, type CallOptions, moneyCall, read } from '../call.ts';

const provider = 'payoneer';

export const reading = ({ signal }: CallOptions): Call => ({ provider, ...read, signal });
export const moving = ({ signal }: CallOptions): Call => ({ provider, ...moneyCall, signal });
