import { html } from '../../runtime/http/html.ts';
import { page, type Viewer } from './layout.ts';

export const errorPage = (viewer: Viewer, status: number, message: string): string =>
  page(
    viewer,
    { title: String(status) },
    html`<section class="alone"><p class="kicker">${status}</p><h1>${message}</h1><p><a href="/">To the overview</a></p></section>`,
  );
