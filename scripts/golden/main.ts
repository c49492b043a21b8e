// Writes examples/*/expected*.yaml anew, as `preview` prints them: npm run golden
// Read what changed before you commit it: these files say what the injector does.
import {writeFile} from 'node:fs/promises';
import {cli} from '../../test/helpers/cli.ts';
import {listExamples} from '../../test/helpers/examples.ts';

for (const {input, expected, templates} of listExamples()) {
  const {code, out, err} = await cli(['preview', '-f', input, '-t', templates]);
  if (code === 0) await writeFile(expected, out);
  else process.exitCode = code;
  console.error(`${expected}\n${err.replaceAll(/^/gm, '  ').trimEnd()}`);
}
