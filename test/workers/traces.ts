import type { Stage } from '../support/stage.ts';
import { rows } from './workbench.ts';

/** The tables that name somebody, in whatever column; the messages by their bytes. */
export async function tablesThatName(stage: Stage, pattern: RegExp): Promise<string[]> {
  const tables = await rows<{ name: string }>(
    stage,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const texts = await rows<{ text: string }>(
      stage,
      name === 'inbound_events'
        ? `select (to_jsonb(t) - 'body')::text || convert_from(body, 'UTF8') as text from inbound_events t`
        : `select t::text as text from ${name} t`,
    );
    if (texts.some(({ text }) => pattern.test(text))) found.push(name);
  }
  return found;
}
