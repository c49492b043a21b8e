import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {isDeepStrictEqual} from 'node:util';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {fieldOf} from '../../src/core/kubernetes/schema.ts';
import {constantOf, observe, type Observations} from './observe.ts';
import {probes} from './probes.ts';
import {renderDefaults} from './render.ts';

/** Defaults that hang on more than their own absence; each has a rule in src/core/kubernetes/defaults.ts. */
const ruled: ReadonlySet<string> = new Set([
  'Container.imagePullPolicy',
  'ContainerPort.hostPort',
  'ImageVolumeSource.pullPolicy',
  'PodSpec.preemptionPolicy',
  'PodSpec.priority',
  'PodSpec.serviceAccount',
  'PodSpec.serviceAccountName',
  'ResourceRequirements.requests',
  'Volume.emptyDir',
]);

/** Lists that in-tree admission adds to; each has a rule in src/core/kubernetes/admission.ts. */
const admitted: ReadonlySet<string> = new Set(['Container.volumeMounts', 'PodSpec.tolerations', 'PodSpec.volumes']);

/**
 * Creates every probe on the API server as a server-side dry run and writes what it filled in: the constants and admission's
 * additions to `folder/defaults.generated.ts`, what was sent and what came back to the tests. Rejects when the server is of
 * another version, refuses a probe, or fills in something that no rule explains.
 */
export async function writeServerDefaults(kubeconfig: string, version: string, folder: string): Promise<void> {
  const server = JSON.parse(await kubectl(kubeconfig, ['get', '--raw', '/version'])) as {gitVersion: string};
  if (server.gitVersion !== `v${version}`)
    throw new Error(`The API server is ${server.gitVersion}, not v${version}; start that version or pass --version`);
  await kubectl(kubeconfig, ['apply', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {name: 'builder', namespace: 'default'},
  });
  const answers: {name: string; sent: JsonObject; stored: JsonObject}[] = [];
  for (const {name, spec} of probes) {
    const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: name.toLowerCase(), namespace: 'default'}, spec};
    const answer = await kubectl(kubeconfig, ['create', '--dry-run=server', '-o', 'json', '-f', '-'], pod);
    // The end of the token volume's name is random.
    answers.push({
      name,
      sent: spec,
      stored: (JSON.parse(answer.replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-abcde')) as {spec: JsonObject}).spec,
    });
  }
  const {defaults, items} = sortOut(answers);
  const {name: _, ...tokenVolume} = one(items.get('PodSpec.volumes')) as JsonObject;
  const tolerations = unique(items.get('PodSpec.tolerations') ?? []);
  await writeFile(path.join(folder, 'defaults.generated.ts'), renderDefaults(version, defaults, tokenVolume, tolerations));
  await writeFile(path.resolve('test/core/kubernetes/defaults.observed.json'), `${JSON.stringify(answers, undefined, 1)}\n`);
}

function sortOut(answers: readonly {sent: JsonObject; stored: JsonObject}[]): {
  defaults: Map<string, Map<string, Json>>;
  items: Map<string, Json[]>;
} {
  const found: Observations = {filled: new Map(), items: new Map()};
  // Twice: only the second time it is known of which fields an absence is worth noting.
  for (const {sent, stored} of [...answers, ...answers]) observe('PodSpec', sent, stored, found);
  const unknown = [...found.items.keys()].filter((name) => !admitted.has(name));
  const defaults = new Map<string, Map<string, Json>>();
  for (const name of [...found.filled.keys()].toSorted()) {
    if (ruled.has(name)) continue;
    const value = constantOf(found.filled.get(name) ?? []);
    if (value === undefined) unknown.push(name);
    else
      for (const [type, key] of owners(name)) defaults.set(type, (defaults.get(type) ?? new Map<string, Json>()).set(key, value));
  }
  if (unknown.length > 0)
    throw new Error(`The API server fills in ${unknown.join(', ')} by no rule known; add one to defaults.ts and name it here`);
  return {defaults: new Map([...defaults].toSorted(([a], [b]) => (a < b ? -1 : 1))), items: found.items};
}

/** An ephemeral container can't be created with its pod; it is defaulted as a container. Source: SetDefaults_EphemeralContainer. */
function owners(name: string): [string, string][] {
  const [type = '', key = ''] = name.split('.');
  return type === 'Container' && fieldOf('EphemeralContainer', key) !== undefined
    ? [
        [type, key],
        ['EphemeralContainer', key],
      ]
    : [[type, key]];
}

function unique(values: readonly Json[]): Json[] {
  return values.filter((value, index) => values.findIndex((other) => isDeepStrictEqual(other, value)) === index);
}

function one(values: readonly Json[] = []): Json {
  const [first, ...rest] = unique(values);
  if (first === undefined || rest.length > 0) throw new Error(`One token volume was expected, not ${JSON.stringify(values)}`);
  return first;
}

/** The output of kubectl (from `KUBECTL` or the PATH); rejects with its words. */
async function kubectl(kubeconfig: string, args: readonly string[], input?: unknown): Promise<string> {
  const child = spawn(process.env['KUBECTL'] ?? 'kubectl', ['--kubeconfig', kubeconfig, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input === undefined ? '' : JSON.stringify(input));
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${error.trim()}`);
  return out;
}
