import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {openCertificate} from '../../src/server/tls.ts';
import {ask, runLoad, uidPlaceholder, type Exchange, type Load, type LoadSize, type Target} from './client.ts';
import {contenderNames, type ContenderName, type ContenderOptions} from './contender.ts';
import {median, percentile} from './numbers.ts';
import {startContender, type Running} from './process.ts';
import {figures, times, whole, type Section} from './report.ts';
import {injectionFault, readAnswer, readReviews, secondReview, type Review} from './reviews.ts';

/** How much is measured. */
export interface HttpsOptions {
  readonly rounds: number;
  readonly round: LoadSize;
  /** Of each server with each kind of review: long enough for its code to be compiled. */
  readonly warmUp: LoadSize;
  /** An empty folder for certificates and the log. */
  readonly folder: string;
  /** A folder for a CPU profile of each server. */
  readonly profileFolder: string | undefined;
}

interface Lane {
  readonly title: string;
  readonly server: Running;
  readonly exchanges: readonly Exchange[];
  readonly rounds: Round[];
}

interface Round {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicroseconds: number;
}

const connections = 10;
const variants = 8;

/**
 * Compares the webhook with servers that do nothing but parse and answer: same certificate, client, bodies and sizes, in turns.
 * Every answer of every server is compared byte for byte with the right one for its pod, and those were proved to be injections.
 */
export async function benchHttps(options: HttpsOptions): Promise<Section> {
  const certDir = path.join(options.folder, 'certs');
  const certificate = await openCertificate({folder: certDir, now: Date.now});
  if ('code' in certificate) throw new Error(certificate.message);
  const ca = certificate.pair.ca ?? certificate.pair.cert;
  const logFile = path.join(options.folder, 'log');
  const running: Running[] = [];
  const start = async (name: ContenderName, fixedAnswer: ContenderOptions['fixedAnswer']): Promise<Running> => {
    const server = await startContender({name, certDir, logFile, fixedAnswer}, profileArguments(options.profileFolder, name));
    running.push(server);
    return server;
  };
  try {
    const injector = await start('injector', ['', '']);
    const cases = await provedCases({port: injector.port, ca});
    const [first] = cases.first;
    if (first === undefined) throw new Error('there is no review to send');
    const [before = '', after = ''] = first.answerBody.split(uidPlaceholder);
    const fixed = cases.first.map(({requestBody}) => ({requestBody, answerBody: first.answerBody}));
    const [bare, plainFastify] = [await start('bare', [before, after]), await start('fastify', [before, after])];
    const lanes: readonly Lane[] = [
      {title: 'node:https, parse, fixed answer', server: bare, exchanges: fixed, rounds: []},
      {title: 'fastify, parse, fixed answer', server: plainFastify, exchanges: fixed, rounds: []},
      {title: 'pod-injector, first review', server: injector, exchanges: cases.first, rounds: []},
      {title: 'pod-injector, second review', server: injector, exchanges: cases.second, rounds: []},
    ];
    for (const lane of lanes) await runLoad({port: lane.server.port, ca}, lane.exchanges, connections, options.warmUp);
    for (let round = 0; round < options.rounds; round += 1) {
      // Every other round backwards: nobody always follows the same one.
      for (const lane of round % 2 === 0 ? lanes : lanes.toReversed()) lane.rounds.push(await measure(lane, ca, options.round));
    }
    const rssBytes: number[] = [];
    for (const {server} of lanes) rssBytes.push((await server.usage()).rssBytes);
    await Promise.all(running.map((server) => server.stop()));
    await checkLog(logFile, lanes);
    return section(lanes, rssBytes, Buffer.byteLength(first.requestBody), Buffer.byteLength(first.answerBody), options);
  } finally {
    await Promise.all(running.map((server) => server.stop()));
  }
}

function profileArguments(folder: string | undefined, name: ContenderName): readonly string[] {
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}

/** Reviews with their answers, of which each was applied to its pod and looked at. */
async function provedCases(target: Target): Promise<{readonly first: readonly Exchange[]; readonly second: readonly Exchange[]}> {
  const first: Exchange[] = [];
  const second: Exchange[] = [];
  for (const review of await readReviews(variants)) {
    const requestBody = withPlaceholder(review);
    const answerBody = await ask(target, requestBody);
    const answer = readAnswer(answerBody);
    const fault = injectionFault(review, answer);
    if (fault !== undefined || answer.uid !== uidPlaceholder)
      throw new Error(`this is no injection: ${fault ?? 'another uid'}: ${answerBody}`);
    first.push({requestBody, answerBody});
    const againBody = withPlaceholder(secondReview(review, answer.operations));
    const againAnswer = await ask(target, againBody);
    const {allowed, operations} = readAnswer(againAnswer);
    if (!allowed || operations.length > 0) throw new Error(`the second review was not left as it is: ${againAnswer}`);
    second.push({requestBody: againBody, answerBody: againAnswer});
  }
  return {first, second};
}

function withPlaceholder({text}: Review): string {
  const {request} = JSON.parse(text) as {request: {uid: string}};
  return text.replace(request.uid, uidPlaceholder);
}

async function measure({server, exchanges}: Lane, ca: string, size: LoadSize): Promise<Round> {
  const before = await server.usage();
  const load: Load = await runLoad({port: server.port, ca}, exchanges, connections, size);
  const after = await server.usage();
  return {
    requests: load.requests,
    perSecond: load.requests / load.seconds,
    p50Ms: percentile(load.latenciesMs, 0.5),
    p99Ms: percentile(load.latenciesMs, 0.99),
    cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / load.requests,
  };
}

/** The log must have been on: a line for each review at least. The last lines of a process may be unwritten when it ends. */
async function checkLog(logFile: string, lanes: readonly Lane[]): Promise<void> {
  const lines = (await readFile(logFile)).reduce((count, byte) => (byte === 10 ? count + 1 : count), 0);
  const requests = lanes
    .slice(2)
    .flatMap(({rounds}) => rounds)
    .reduce((sum, round) => sum + round.requests, 0);
  if (lines < requests - 100) throw new Error(`${requests} reviews were answered and ${lines} lines were logged`);
}

function section(
  lanes: readonly Lane[],
  rssBytes: readonly number[],
  requestBytes: number,
  answerBytes: number,
  options: HttpsOptions,
): Section {
  const [bare] = lanes;
  const ratios = lanes.map(({rounds}) =>
    median(rounds.map((round, index) => round.cpuMicroseconds / (bare?.rounds[index]?.cpuMicroseconds ?? Number.NaN))),
  );
  const of = (lane: Lane, key: keyof Round): number => median(lane.rounds.map((round) => round[key]));
  return {
    title: 'HTTPS',
    text: `One process and one core each, ${connections} keep-alive connections, a review of ${whole(requestBytes)} bytes and an answer of ${whole(answerBytes)} (the second review is longer, its answer short). CPU is the server process' own account; medians of ${options.rounds} rounds in turns of ${whole(options.round.requests)} requests; pod-injector with its log on; every answer was compared with the right one.`,
    columns: ['server', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'CPU ratio', 'memory MiB'],
    rows: lanes.map((lane, index) => [
      lane.title,
      figures(of(lane, 'perSecond')),
      figures(of(lane, 'p50Ms')),
      figures(of(lane, 'p99Ms')),
      figures(of(lane, 'cpuMicroseconds')),
      times(ratios[index] ?? Number.NaN),
      figures((rssBytes[index] ?? 0) / 1024 / 1024),
    ]),
    goals: [{name: 'CPU of a first review against the bare server', ratio: ratios[2] ?? Number.NaN, limit: 1.5}],
    raw: {
      connections,
      requestBytes,
      answerBytes,
      contenders: contenderNames,
      lanes: lanes.map(({title, rounds}, index) => ({title, ratio: ratios[index], rssBytes: rssBytes[index], rounds})),
    },
  };
}
