export { type Html, html } from '../../runtime/html.ts';
