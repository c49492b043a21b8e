// Mounts an empty folder and says what it and the folder above it hold then: node scripts/run.mjs mount-empty.ts FOLDER SCRATCH
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {mountEmpty} from '../../../scripts/cluster/node/empty-folder.ts';

const [folder = '', scratch = ''] = process.argv.slice(2);
await mountEmpty(folder, scratch);
console.log(JSON.stringify({own: readdirSync(folder), above: readdirSync(path.dirname(folder)).toSorted()}));
