// Shows what an answer of the webhook makes of the review that was sent: curl … | node examples/show.mjs [REVIEW]
import {readFileSync} from 'node:fs';
import jsonPatch from 'fast-json-patch';
import {stringify} from 'yaml';

const review = JSON.parse(readFileSync(process.argv[2] ?? new URL('review.json', import.meta.url), 'utf8'));
const {response} = JSON.parse(readFileSync(0, 'utf8'));
for (const warning of response.warnings ?? []) console.error(`warning: ${warning}`);
if (!response.allowed) {
  console.error(`denied: ${response.status.message}`);
  process.exit(1);
}
const operations = response.patch === undefined ? [] : JSON.parse(Buffer.from(response.patch, 'base64').toString());
console.log(stringify(jsonPatch.applyPatch(review.request.object, operations, true).newDocument));
