import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export type Service = {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
  restart?: string;
  user?: string;
  privileged?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  read_only?: boolean;
  tmpfs?: string[];
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

/** The text of docker-compose.yml. */
export const source = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
export const compose = parse(source, { merge: true }) as Compose;
export const services = Object.entries(compose.services);
/** Those that run a program of ours. */
export const ours = services.filter(([, { build }]) => build);

/** `${NAME:?why}` or `${NAME:-default}`, as Compose puts them in; `$$` is a plain dollar for the container's shell. */
export const references = [
  ...source.replaceAll('$$', '').matchAll(/\$\{(?<name>\w+)(?::(?<kind>[?-])(?<text>[^}]*))?\}/g),
].map(({ groups }) => ({ name: groups?.name ?? '', kind: groups?.kind, text: groups?.text }));
