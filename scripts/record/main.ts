// Writes docs/playground.svg anew, from what is really printed: node scripts/run.mjs scripts/record/main.ts
// As root, on a machine that can run a node (see docs/playground.md).
import {writeFile} from 'node:fs/promises';
import {recordPlayground} from './session.ts';
import {renderTerminal} from './svg.ts';

await writeFile(
  'docs/playground.svg',
  renderTerminal('npm run cluster, and the commands that it prints', await recordPlayground()),
);
