import './node-version.ts';
import { CannotStart } from './cannot-start.ts';
import { runStarter } from './system/starter.ts';
import { startSystem } from './system/supervisor.ts';

/** `npm start`: everything that one machine needs, until Ctrl-C. Data stays in `.data/`. */
await runStarter('npm start', async ({ stayUp }) => {
  const { urls, env, givenUp } = await startSystem();
  const generatedPassword = process.env.ADMIN_PASSWORD ? '(from ADMIN_PASSWORD)' : env.ADMIN_PASSWORD;
  const rows = [
    ...Object.entries(urls),
    ...(env.ADMIN_EMAIL ? [['log in as', `${env.ADMIN_EMAIL}  ${generatedPassword}`]] : []),
    ['stop with', 'Ctrl-C'],
  ];
  process.stdout.write(`\n${rows.map(([name = '', value]) => `  ${name.padEnd(10)} ${value}\n`).join('')}\n`);
  const error = await Promise.race([givenUp, stayUp(0)]);
  throw new CannotStart(`stopping the system: ${error.message}`);
});
