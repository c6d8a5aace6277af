import type { UIConfig } from '@bull-board/api/typings/app';

const environmentColors = { sandbox: '#0f766e', production: '#b91c1c' } as const;

const fonts = {
  'font-sans': 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  'font-mono': 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
};

/** Bull Board in the style of our own pages, with the environment in its title. */
export const boardLook = (environment: 'sandbox' | 'production'): UIConfig => ({
  boardTitle: 'Queues',
  favIcon: { default: '/icon.svg', alternative: '/icon.svg' },
  environment: { label: environment, color: environmentColors[environment], textColor: '#ffffff' },
  miscLinks: [
    { text: 'Overview', url: '/' },
    { text: 'Orders', url: '/orders' },
    { text: 'Audit', url: '/audit' },
  ],
  // In the order in which an order passes the queues, not alphabetically.
  sortQueues: false,
  hideRedisDetails: true,
  hideDocsLink: true,
  theme: { light: fonts, dark: fonts },
});
