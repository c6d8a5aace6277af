import type { UIConfig } from '@bull-board/api/typings/app';

const environmentColors = { sandbox: '#0f766e', production: '#b91c1c' } as const;

const fonts = {
  'font-sans': 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  'font-mono': 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
};

/** Bull Board in the manner of our own pages, saying which world it is about. */
export const boardLook = (environment: 'sandbox' | 'production'): UIConfig => ({
  boardTitle: 'Queues',
  favIcon: { default: '/icon.svg', alternative: '/icon.svg' },
  environment: { label: environment, color: environmentColors[environment], textColor: '#ffffff' },
  miscLinks: [
    { text: 'Overview', url: '/' },
    { text: 'Orders', url: '/orders' },
    { text: 'Audit', url: '/audit' },
  ],
  // In the order of the road, not of the alphabet.
  sortQueues: false,
  hideRedisDetails: true,
  hideDocsLink: true,
  theme: { light: fonts, dark: fonts },
});
