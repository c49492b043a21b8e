import path from 'node:path';
import {controlPlaneNames, nodeNames, obtainBinaries} from './binaries.ts';
import {openCluster} from './cluster.ts';
import {openNursery, type Nursery} from './nursery.ts';
import {makeImages} from './node/images.ts';
import {openNodeCluster} from './node/cluster.ts';
import {isInSandbox, runInSandbox} from './node/sandbox.ts';
import {play, stay} from './playground.ts';
import {runTests} from './run-tests.ts';

const usage = `usage: node scripts/run.mjs scripts/cluster/main.ts COMMAND
  test [ARGUMENT...]  the tests against a real control plane; arguments go to vitest
  play                a control plane that calls the injector, until Ctrl-C
  bare                only the control plane, until Ctrl-C; for tests that are run by themselves
  test-node [ARGUMENT...] the tests against a real node
  node [IMAGE...]     a control plane with a real node, until Ctrl-C; archives of images for its pods
  build               only the binaries
K8S_VERSION chooses the version; KUBEBUILDER_ASSETS names a folder of binaries; ADMISSION enables more admission plugins`;

/** The variable that tells the inner process the archives of images. */
const imagesVariable = 'POD_INJECTOR_IMAGES';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const commands: Readonly<Record<string, (nursery: Nursery, args: readonly string[]) => Promise<number>>> = {
  test: async (nursery, args) => runTests('cluster', await openCluster(process.env, nursery, say), nursery, args),
  play: async (nursery) => play(await openCluster(process.env, nursery, say), nursery, say),
  bare: async (nursery) => stay(await openCluster(process.env, nursery, say), say),
  node: async (nursery, args) => {
    await obtainBinaries([...controlPlaneNames, ...nodeNames], process.env, nursery, say);
    return runInSandbox(nursery, ['node-inside', ...args], {});
  },
  'node-inside': async (nursery, images) => stay(await openNodeCluster(process.env, nursery, say, images), say),
  'test-node': async (nursery, args) => {
    await obtainBinaries([...controlPlaneNames, ...nodeNames], process.env, nursery, say);
    const images = await makeImages(nursery, say);
    return runInSandbox(nursery, ['test-node-inside', ...args], {[imagesVariable]: images.join(path.delimiter)});
  },
  'test-node-inside': async (nursery, args) => {
    const images = (process.env[imagesVariable] ?? '').split(path.delimiter);
    return runTests('node', await openNodeCluster(process.env, nursery, say, images), nursery, args);
  },
  build: async (nursery) => {
    const {version, binaries} = await obtainBinaries([...controlPlaneNames, ...nodeNames], process.env, nursery, say);
    say(`Kubernetes ${version}:\n${Object.values(binaries).join('\n')}`);
    return 0;
  },
};

const parentCheckMs = 1000;

/** Runs a command in a nursery that ends with it: by itself, by a signal, by a fault, or with the process that started this one. */
async function runInNursery(command: (nursery: Nursery) => Promise<number>): Promise<void> {
  const nursery = await openNursery();
  let ending: Promise<void> | undefined;
  // Once: npm and the terminal may both pass the same signal on.
  // A sandbox ends with its first process, and its folders are not removed before its mounts are gone.
  const close = async (): Promise<void> => (isInSandbox() ? undefined : nursery.end());
  const end = (code: number): Promise<void> => (ending ??= close().then(() => process.exit(code)));
  // 128 and the signal's number, as shells have it.
  process
    .on('SIGHUP', () => void end(129))
    .on('SIGINT', () => void end(130))
    .on('SIGTERM', () => void end(143));
  const parent = process.ppid;
  setInterval(() => (process.ppid === parent ? undefined : void end(143)), parentCheckMs).unref();
  try {
    await end(await command(nursery));
  } catch (error) {
    // What fails because everything is being ended is no news.
    if (ending === undefined) say(error instanceof Error ? error.message : String(error));
    await end(2);
  }
}

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  say(usage);
  process.exitCode = 2;
} else {
  await runInNursery((nursery) => command(nursery, args));
}
