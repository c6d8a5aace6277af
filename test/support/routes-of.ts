import type { Express } from 'express';

type Layer = {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
  match(path: string): boolean;
};

/**
 * What a router holds, as `POST /api/auth/login`.
 * @param prefixes where routers are mounted: each is told by the one of them that it matches
 */
export function routesOf(app: Express, prefixes: readonly string[]): string[] {
  const walk = (stack: Layer[], prefix: string): string[] =>
    stack.flatMap(layer => {
      if (layer.route) {
        const { path, methods } = layer.route;
        return Object.keys(methods).map(
          method => `${method.toUpperCase()} ${prefix}${path === '/' && prefix ? '' : path}`,
        );
      }
      if (!layer.handle.stack) return [];
      const mounted = prefixes.filter(known => layer.match(known));
      // A router that is mounted at no path of its own matches every one.
      if (mounted.length === prefixes.length && prefixes.length > 1) return walk(layer.handle.stack, prefix);
      return walk(layer.handle.stack, mounted.length === 1 ? String(mounted[0]) : '?');
    });
  return walk((app.router as unknown as { stack: Layer[] }).stack, '');
}
