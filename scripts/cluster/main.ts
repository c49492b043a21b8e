import {controlPlaneNames, nodeNames, obtainBinaries} from './binaries.ts';
import {openCluster, type Cluster} from './cluster.ts';
import {openNodeCluster} from './node/cluster.ts';
import {archivesIn, archivesVariable, imagesCommand, makeImages, writeImages} from './node/images.ts';
import {missingFor, requireFor} from './node/requirements.ts';
import {runInSandbox} from './node/sandbox.ts';
import type {Nursery} from './nursery.ts';
import {play, stay} from './playground.ts';
import {runInNursery} from './run-in-nursery.ts';
import {runTests} from './run-tests.ts';

const usage = `usage: node scripts/run.mjs scripts/cluster/main.ts COMMAND
  test [ARGUMENT...]       the tests against a real control plane; arguments go to vitest
  test-node [ARGUMENT...]  the tests against a real node
  play [IMAGE...]          a control plane that calls the injector, with a node where this machine can, until Ctrl-C; archives of
                           images for its pods
  bare                     only the control plane, until Ctrl-C; for tests that are run by themselves
  node [IMAGE...]          only a control plane with a node, until Ctrl-C
  build                    only the binaries
K8S_VERSION chooses the version; KUBEBUILDER_ASSETS names a folder of binaries; ADMISSION enables more admission plugins;
POD_INJECTOR_IMAGES names archives of images that are made already`;

const {env} = process;
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const withNode = [...controlPlaneNames, ...nodeNames] as const;

const openPlane = (nursery: Nursery): Promise<Cluster> => openCluster(env, nursery, say);
const openNode = (nursery: Nursery): Promise<Cluster> => openNodeCluster(env, nursery, say, archivesIn(env) ?? []);

/** What is run inside a sandbox has a name of its own. */
const commands: Readonly<Record<string, (nursery: Nursery, args: readonly string[]) => Promise<number>>> = {
  test: async (nursery, args) => runTests('cluster', await openPlane(nursery), nursery, args),
  'test-node': async (nursery, args) => {
    await requireFor('node', 'debian', 'shipped');
    await obtainBinaries(withNode, env, nursery, say);
    const images = archivesIn(env) ?? (await makeImages(nursery, say, ['debian', 'shipped']));
    return runInSandbox(nursery, ['test-node-inside', ...args], archivesVariable(images));
  },
  'test-node-inside': async (nursery, args) => runTests('node', await openNode(nursery), nursery, args),
  play: async (nursery, archives) => {
    const missing = await missingFor('node', 'debian');
    if (missing.length > 0) {
      say(`Without a node, so pods will not run: ${missing.join('; ')}`);
      return play(await openPlane(nursery), nursery, say);
    }
    await obtainBinaries(withNode, env, nursery, say);
    const images = archivesIn(env) ?? (await makeImages(nursery, say, ['debian']));
    return runInSandbox(nursery, ['play-inside'], archivesVariable([...images, ...archives]));
  },
  'play-inside': async (nursery) => play(await openNode(nursery), nursery, say),
  bare: async (nursery) => stay(await openPlane(nursery), say),
  node: async (nursery, archives) => {
    await requireFor('node');
    await obtainBinaries(withNode, env, nursery, say);
    return runInSandbox(nursery, ['node-inside'], archivesVariable(archives));
  },
  'node-inside': async (nursery) => stay(await openNode(nursery), say),
  [imagesCommand]: async (_, [folder = '', ...which]) => {
    await writeImages(folder, which, say);
    return 0;
  },
  build: async (nursery) => {
    const {version, binaries} = await obtainBinaries(withNode, env, nursery, say);
    say(`Kubernetes ${version}:\n${Object.values(binaries).join('\n')}`);
    return 0;
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  say(usage);
  process.exitCode = 2;
} else {
  await runInNursery((nursery) => command(nursery, args), say);
}
