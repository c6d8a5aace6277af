import { unseal } from '../../../store/database/keyring.ts';
import { buyerColumns } from '../../../store/database/sealed-columns.ts';
import type { Stage } from '../../support/stage.ts';
import { rows } from '../workbench.ts';

/** The tables that show somebody to whoever has the database and no key, in whatever column; messages by their bytes. */
export async function tablesThatShow(stage: Stage, pattern: RegExp): Promise<string[]> {
  const tables = await rows<{ name: string }>(
    stage,
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const texts = await rows<{ text: string }>(
      stage,
      name === 'inbound_events'
        ? `select (to_jsonb(t) - 'body')::text || encode(body, 'escape') as text from inbound_events t`
        : `select t::text as text from ${name} t`,
    );
    if (texts.some(({ text }) => pattern.test(text))) found.push(name);
  }
  return found;
}

/** The same for whoever has the key as well. */
export async function tablesThatName(stage: Stage, pattern: RegExp): Promise<string[]> {
  const found = new Set(await tablesThatShow(stage, pattern));
  for (const { table, place, row, text, stored } of buyerColumns) {
    const sealed = await rows<{ id: string; sealed: string }>(
      stage,
      `select id, sealed from (select ${row} as id, ${text} as sealed from ${table}) t where sealed is not null`,
    );
    const opened = await stage.store.read(async em => sealed.map(one => unseal(em, place, one.id, one.sealed)));
    const said = stored.includes('convert_to') ? opened.map(one => Buffer.from(one, 'base64').toString()) : opened;
    if (said.some(one => pattern.test(one))) found.add(table);
  }
  return [...found];
}
