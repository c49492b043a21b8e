import {existsSync, readFileSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {generatedFiles} from './documents.ts';
import {buildTables} from './openapi.ts';
import {renderTypes} from './render.ts';
import {writeServerDefaults} from './server-defaults.ts';
import {defaultVersion, loadSources} from './sources.ts';

// Writes the files that are made of others. Without a flag: the schema, the reference pages and the manifest of the examples, which
// need neither network nor cluster; --check writes nothing and fails where one is stale. With --version or --kubeconfig: the
// checked-in Kubernetes tables; then run it once more without, because the others are made of them.
const {values} = parseArgs({
  options: {version: {type: 'string'}, kubeconfig: {type: 'string'}, check: {type: 'boolean', default: false}},
});
if (values.version === undefined && values.kubeconfig === undefined) {
  for (const {file, text} of generatedFiles()) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (values.check) {
      console.error(`${file} is stale: npm run generate`);
      process.exitCode = 1;
    } else {
      await mkdir(path.dirname(file), {recursive: true});
      await writeFile(file, text);
      console.error(`wrote ${file}`);
    }
  }
} else {
  const version = values.version ?? defaultVersion;
  const folder = path.resolve('src/core/kubernetes');
  await writeFile(path.join(folder, 'types.generated.ts'), renderTypes(version, buildTables(await loadSources(version))));
  if (values.kubeconfig !== undefined) await writeServerDefaults(values.kubeconfig, version, folder);
}
