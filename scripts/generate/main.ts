import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {buildTables} from './openapi.ts';
import {renderTypes} from './render.ts';
import {writeServerDefaults} from './server-defaults.ts';
import {defaultVersion, loadSources} from './sources.ts';

// Writes the checked-in Kubernetes tables: the types always, the defaults when a throwaway API server is named.
const {values} = parseArgs({options: {version: {type: 'string', default: defaultVersion}, kubeconfig: {type: 'string'}}});
const folder = path.resolve('src/core/kubernetes');
await writeFile(
  path.join(folder, 'types.generated.ts'),
  renderTypes(values.version, buildTables(await loadSources(values.version))),
);
if (values.kubeconfig !== undefined) await writeServerDefaults(values.kubeconfig, values.version, folder);
