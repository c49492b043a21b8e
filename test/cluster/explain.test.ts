import {setTimeout as pause} from 'node:timers/promises';
import {beforeAll, expect, test} from 'vitest';
import type {JsonObject} from '../../src/core/json.ts';
import {controlPlane, eventually, kubectlGet, kubectlOk, makeNamespace} from './harness/index.ts';
import {podInjector, type CliResult} from './live/cli.ts';
import {manifest, podManifest} from './live/manifest.ts';
import {startWebhook, type LiveWebhook} from './live/webhook.ts';

const key = 'pod-injector.dev/inject';

let webhook: LiveWebhook;
let namespace = '';
beforeAll(async () => {
  namespace = await makeNamespace();
  await create(podManifest('old', {[key]: 'agent'}));
  await anotherSecond();
  webhook = await startWebhook();
  await webhook.publish('agent', 'agent:1');
});

/** Times of the API server count in seconds. */
async function anotherSecond(): Promise<void> {
  await pause(1100);
}

async function create(object: JsonObject, where = namespace): Promise<void> {
  await kubectlOk(['create', '-n', where, '-f', '-'], {input: object});
}

function explain(...words: readonly string[]): Promise<CliResult> {
  const from = ['--kubeconfig', controlPlane().kubeconfig, '--injector-namespace', webhook.namespace];
  return podInjector(['explain', ...words, ...from]);
}

/** The lines that people read first. */
async function firstLines(...words: readonly string[]): Promise<readonly string[]> {
  const {stdout} = await explain(...words);
  return stdout.split('\n').slice(0, 2);
}

test('a pod from before the installation', async () => {
  expect(await firstLines('pod/old', '-n', namespace)).toEqual([
    expect.stringMatching(
      /^Pod \S+\/old: not injected: createdBeforeWebhook: it was created at \S+Z, before the webhook was registered at \S+Z$/,
    ),
    '  fix: delete the pod and create it again',
  ]);
});

test('a pod that was annotated after it was created', async () => {
  await create(podManifest('late', {}));
  await anotherSecond();
  await kubectlOk(['annotate', 'pod', 'late', `${key}=agent`, '-n', namespace]);
  expect(await firstLines('po', 'late', '-n', namespace)).toEqual([
    expect.stringMatching(
      /: not injected: askedLater: pod-injector\.dev\/inject was written on Pod \S+ at \S+ by kubectl-annotate, /,
    ),
    '  fix: delete the pod and create it again',
  ]);
});

test('a wrong label of the namespace, whose fix is a command that mends it', async () => {
  const where = await makeNamespace({labels: {'pod-injector.dev/injection': 'true'}, annotations: {[key]: 'agent'}});
  const deployment = manifest('Deployment', {name: 'web'});
  // Without nodes no new pod is ever ready, for which the old one would wait.
  await create({...deployment, spec: {...(deployment['spec'] as JsonObject), strategy: {type: 'Recreate'}}}, where);
  const [cause, fix = ''] = await firstLines('deploy/web', '-n', where);
  expect(cause).toMatch(/^Deployment \S+\/web: not injected: namespaceLabel: /);
  await eventually(async () => (await kubectlGet<{items: unknown[]}>('pods', '-n', where)).items.length > 0, {what: 'a pod'});
  await anotherSecond();
  await follow(fix);
  // Now its next pods get the default; the one that is there needs to be made anew, and that is a command too.
  const [later, restart = ''] = await firstLines('deploy/web', '-n', where);
  expect(later).toMatch(/: not injected: askedLater: 1 of 1 pods .* pod-injector\.dev\/injection was written on namespace /);
  await follow(restart);
  await eventually(async () => (await explain('deploy/web', '-n', where)).code === 0, {what: 'the new pod to be injected'});
});

/** Does what the second line says. */
async function follow(line: string): Promise<void> {
  const [, ...command] = line.replace('  fix: ', '').split(' ');
  await kubectlOk(command);
}

test('a misspelt annotation, and a template that is missing', async () => {
  await create(manifest('Deployment', {name: 'misspelt', podAnnotations: {'pod-injector.dev/injct': 'agent'}}));
  await create(manifest('StatefulSet', {name: 'missing', podAnnotations: {[key]: 'agnt'}}));
  expect(await firstLines('deployment', 'misspelt', '-n', namespace)).toEqual([
    expect.stringMatching(/: not injected: annotationMisspelt: nothing reads the annotation pod-injector\.dev\/injct/),
    '  fix: write pod-injector.dev/inject: "agent" under spec.template.metadata.annotations',
  ]);
  const {code, stdout} = await explain('sts/missing', '-n', namespace);
  expect(stdout).toMatch(
    /^StatefulSet \S+\/missing: refused: templateMissing: there is no template "agnt"\n {2}fix: did you mean agent\?\n/,
  );
  expect(code).toBe(1);
});

test('a Deployment that asks itself, and its pod', async () => {
  await create(manifest('Deployment', {name: 'asks', annotations: {[key]: 'agent'}}));
  const pod = await eventually(async () => await podOf('asks'), {what: 'a pod of the Deployment'});
  const {code, stdout} = await explain('deploy/asks', `pod/${pod}`, '-n', namespace);
  expect(stdout.split('\n').filter((line) => /^\S|decided/.test(line))).toEqual([
    `Deployment ${namespace}/asks: already injected: agent`,
    `  decided by the workload: Deployment ${namespace}/asks: ${key}: "agent"`,
    `Pod ${namespace}/${pod}: already injected: agent`,
    `  decided by the workload: Deployment ${namespace}/asks: ${key}: "agent"`,
  ]);
  expect(code).toBe(0);
});

async function podOf(deployment: string): Promise<string | undefined> {
  const {items} = await kubectlGet<{items: {metadata: {name: string}}[]}>('pods', '-n', namespace);
  return items.map(({metadata}) => metadata.name).find((name) => name.startsWith(`${deployment}-`));
}
