import {asList, asObject, asString, field, isObject, type Json, type JsonObject} from '../json.ts';
import {cleanPath} from '../kubernetes/schema.ts';
import type {Adapter, Read} from '../template.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {holeOf} from './hole.ts';
import {adapterKeys, metricsKeys, readKeys} from './keys.ts';
import {labelNameComplaint, portNameComplaint} from './names.ts';
import {checkPairs} from './pod-parts.ts';
import {checkType} from './kind.ts';
import {checkMap, checkPort, checkTwice} from './vocabulary.ts';

/**
 * Checks `adapter`: `unknownKey`, `missingKey`, `wrongType`, `addsNothing`, `badPort`, `badName` of a port or volume, `badPath`,
 * `badMountPath`, `duplicateMountPath`, `duplicateName` (a volume read twice), and those of labels.
 */
export function* checkAdapter(value: Json): Generator<Finding> {
  const path = ['adapter'];
  const adapter = yield* checkMap(value, adapterKeys, path);
  if (adapter === undefined) return;
  const metrics = field(adapter, 'metrics') ?? null;
  const reads = field(adapter, 'reads') ?? null;
  if (metrics === null && (reads === null || (Array.isArray(reads) && reads.length === 0)))
    yield fault('addsNothing', path, '`adapter` neither reads nor gives out anything', {fix: 'add `metrics` or `reads`'});
  if (metrics !== null && holeOf(metrics) === undefined) yield* checkMetrics(metrics, [...path, 'metrics']);
  if (reads !== null) yield* checkReads(reads, [...path, 'reads']);
}

/** The key of a document that was found right; a port that an expression gives is 0 until it is known. */
export function readAdapter(document: JsonObject): Adapter | undefined {
  const adapter = asObject(field(document, 'adapter'));
  if (adapter === undefined) return undefined;
  const metrics = asObject(field(adapter, 'metrics'));
  const reads = asList(field(adapter, 'reads')).map(readOne);
  if (metrics === undefined) return {reads};
  const {port, path, name, podMonitor} = metrics;
  return {
    metrics: {
      port: typeof port === 'number' ? port : 0,
      path: asString(path) ?? '/metrics',
      name: asString(name) ?? 'metrics',
      podMonitor: asObject(podMonitor) ?? {},
    },
    reads,
  };
}

function readOne(value: Json): Read {
  const item = isObject(value) ? value : {[isPath(value) ? 'path' : 'volume']: value};
  const [volume, path, mountPath] = readKeys.map((key) => asString(field(item, key)));
  return {
    from: path === undefined ? {volume: volume ?? ''} : {path},
    ...(mountPath === undefined ? {} : {mountPath}),
  };
}

function isPath(value: Json): boolean {
  return typeof value === 'string' && value.startsWith('/');
}

function* checkMetrics(value: Json, path: Path): Generator<Finding> {
  const metrics = yield* checkMap(value, metricsKeys, path);
  if (metrics === undefined) return;
  yield* checkPort(field(metrics, 'port') ?? null, [...path, 'port']);
  const at = field(metrics, 'path') ?? null;
  if (at !== null) {
    yield* checkType('a string', at, [...path, 'path']);
    if (typeof at === 'string' && !at.startsWith('/'))
      yield fault('badPath', [...path, 'path'], `${spoken([...path, 'path'])} is "${at}"`, {fix: 'begin it with `/`'});
  }
  const name = field(metrics, 'name') ?? null;
  if (name !== null) {
    yield* checkType('a string', name, [...path, 'name']);
    const complaint = typeof name === 'string' ? portNameComplaint(name) : undefined;
    if (complaint !== undefined) yield fault('badName', [...path, 'name'], `the name "${String(name)}" of a port ${complaint}`);
  }
  const labels = field(metrics, 'podMonitor') ?? null;
  if (labels !== null) yield* checkPairs(labels, 'label', [...path, 'podMonitor']);
}

function* checkReads(value: Json, path: Path): Generator<Finding> {
  yield* checkType('a list', value, path);
  const seen = new Map<string, Path>();
  const mounted = new Map<string, Path>();
  for (const [index, item] of asList(value).entries()) {
    const here = [...path, index];
    if (!isObject(item) || holeOf(item) !== undefined) yield* checkRead(isPath(item) ? 'path' : 'volume', item, here, seen);
    else yield* checkReadMap(item, here, seen, mounted);
  }
}

function* checkReadMap(item: JsonObject, path: Path, seen: Map<string, Path>, mounted: Map<string, Path>): Generator<Finding> {
  yield* checkMap(item, readKeys, path);
  const sources = (['volume', 'path'] as const).filter((key) => (field(item, key) ?? null) !== null);
  const [first, second] = sources;
  if (first === undefined)
    yield fault('missingKey', path, `${spoken(path)} names neither a volume nor a path of the application`, {
      fix: 'add `volume` or `path`',
    });
  else if (second !== undefined)
    yield fault('severalOfOne', [...path, second], `${spoken(path)} has both \`volume\` and \`path\``, {
      fix: 'keep one of them',
      at: 'key',
    });
  const mountPath = field(item, 'mountPath') ?? null;
  const at = [...path, 'mountPath'];
  // One volume may be read at two places.
  if (first !== undefined)
    yield* checkRead(first, item[first] ?? null, [...path, first], mountPath === null ? seen : new Map<string, Path>());
  if (mountPath === null) return;
  yield* checkType('a string', mountPath, at);
  if (typeof mountPath !== 'string') return;
  if (!mountPath.startsWith('/') || mountPath.includes(':'))
    yield fault('badMountPath', at, `${spoken(at)} is "${mountPath}"`, {fix: 'write an absolute path without `:`'});
  yield* checkTwice('duplicateMountPath', cleanPath(mountPath), at, mounted);
}

function* checkRead(key: 'volume' | 'path', value: Json, path: Path, seen: Map<string, Path>): Generator<Finding> {
  yield* checkType('a string', value, path);
  if (typeof value !== 'string') return;
  const complaint = key === 'volume' ? labelNameComplaint(value) : undefined;
  if (complaint !== undefined) yield fault('badName', path, `the name "${value}" of a volume ${complaint}`);
  else if (key === 'path' && !isPath(value))
    yield fault('badPath', path, `${spoken(path)} is "${value}"`, {fix: 'begin it with `/`'});
  else yield* checkTwice('duplicateName', key === 'path' ? cleanPath(value) : value, path, seen);
}
