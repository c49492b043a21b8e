import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {availableParallelism, cpus, tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {messageOf} from '../../src/core/errors.ts';
import {runContender, type ContenderOptions} from './contender.ts';
import {benchEngine} from './engine.ts';
import {benchHttps} from './https.ts';
import {benchPreview} from './preview.ts';
import {contenderFlag} from './process.ts';
import {formatSection, isMet, type Section} from './report.ts';

const usage = `usage: npm run bench -- [--quick] [--only SECTION] [--json FILE] [--profile DIR]

  --quick          a few seconds: shows that everything runs, its numbers say little
  --only SECTION   https, engine or preview; repeatable
  --json FILE      writes the raw numbers
  --profile DIR    writes a CPU profile of each server there
`;

/** Runs the benchmark: Markdown on stdout. Exit 0 also when a goal was missed (machines are noisy), 1 for a wrong answer, 2 for a wrong flag. */
async function main(argv: readonly string[]): Promise<number> {
  const args = readArguments(argv);
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n${usage}`);
    return 2;
  }
  const {quick, only, json, profile} = args;
  const folder = await mkdtemp(path.join(tmpdir(), 'pod-injector-bench-'));
  const sections: Section[] = [];
  const add = (section: Section): void => {
    sections.push(section);
    process.stdout.write(`\n${formatSection(section)}`);
  };
  // A process that was told to end still removes what it made; its servers end with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void rm(folder, {recursive: true, force: true}).finally(() => process.exit(130)));
  }
  process.stdout.write(`# Benchmark\n\n${machine()}${quick ? ' Quick run: the numbers say little.' : ''}\n`);
  try {
    if (only.includes('https')) {
      const size = quick ? quickSize : fullSize;
      add(await benchHttps({...size, folder, profileFolder: profile}));
    }
    if (only.includes('engine')) add(await benchEngine(quick ? 2000 : 16_000));
    if (only.includes('preview')) add(await (quick ? benchPreview(100, 2) : benchPreview(1000, 7)));
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(rawOf(sections), null, 2)}\n`);
  return 0;
}

// Optimised code comes late on a busy machine: the warm-up is counted in requests, not in time.
const fullSize = {rounds: 9, round: {requests: 3000, maxMs: 1500}, warmUp: {requests: 20_000, maxMs: 8000}};
const quickSize = {rounds: 2, round: {requests: 500, maxMs: 1000}, warmUp: {requests: 500, maxMs: 1000}};

const sectionNames = ['https', 'engine', 'preview'];

interface Arguments {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly profile: string | undefined;
}

/** The arguments, or what is wrong with them. */
function readArguments(argv: readonly string[]): Arguments | string {
  try {
    const {values} = parseArgs({
      args: [...argv],
      options: {
        quick: {type: 'boolean', default: false},
        only: {type: 'string', multiple: true, default: sectionNames},
        json: {type: 'string'},
        profile: {type: 'string'},
      },
    });
    const {quick, only, json, profile} = values;
    const unknown = only.find((name) => !sectionNames.includes(name));
    return unknown === undefined ? {quick, only, json, profile} : `no section is called ${unknown}`;
  } catch (error) {
    return messageOf(error);
  }
}

function rawOf(sections: readonly Section[]): unknown {
  return {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    sections: sections.map(({title, goals, raw}) => ({title, goals: goals.map((goal) => ({...goal, met: isMet(goal)})), raw})),
  };
}

function machine(): string {
  return `Node ${process.version} on ${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}).`;
}

const [first, second] = process.argv.slice(2);
if (first === contenderFlag && second !== undefined) await runContender(JSON.parse(second) as ContenderOptions);
else {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
