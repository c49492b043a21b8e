import {asList, asObject, asString, field, isObject, type Json, type JsonObject} from '../json.ts';
import type {Ambassador, Upstream} from '../template.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {holeOf} from './hole.ts';
import {ambassadorKeys, redirectKeys, upstreamKeys, upstreamVariableKeys} from './keys.ts';
import {variableNameComplaint} from './names.ts';
import {checkType} from './kind.ts';
import {checkMap, checkPort, checkTwice} from './vocabulary.ts';

/**
 * Checks `ambassador`: `unknownKey`, `missingKey`, `wrongType`, `badPort`, `badName` of a variable, `duplicateListen`,
 * `duplicateName` (a variable redirected twice, or given to the ambassador twice), `redirectMismatch` (`url` beside `host`).
 */
export function* checkAmbassador(value: Json, document: JsonObject): Generator<Finding> {
  const path = ['ambassador'];
  yield* checkType('a list', value, path);
  const seen: Seen = {listen: new Map(), redirect: new Map(), upstream: ownVariables(document)};
  for (const [index, item] of asList(value).entries()) yield* checkEntry(item, [...path, index], seen);
}

/** The entries of a document that was found right; a port that an expression gives is 0 until it is known. */
export function readAmbassadors(document: JsonObject): readonly Ambassador[] {
  return asList(field(document, 'ambassador')).map((item) => {
    const entry = asObject(item);
    const listen = field(entry, 'listen');
    return {
      listen: typeof listen === 'number' ? listen : 0,
      redirect: asObject(field(entry, 'redirect')) as unknown as Ambassador['redirect'],
      upstream: Object.fromEntries(
        Object.entries(asObject(field(entry, 'upstream')) ?? {}).map(([key, one]) => [key, readUpstream(one ?? null)]),
      ),
    };
  });
}

function readUpstream(value: Json): Upstream {
  if (!isObject(value)) return {name: asString(value) ?? ''};
  const fallback = field(value, 'default');
  const name = asString(field(value, 'name')) ?? '';
  // A port is a number to those who write it, and a string to those who read it.
  return typeof fallback === 'string' || typeof fallback === 'number' ? {name, default: String(fallback)} : {name};
}

/** What was taken, by port or variable, and where. */
interface Seen {
  readonly listen: Map<number, Path>;
  readonly redirect: Map<string, Path>;
  readonly upstream: Map<string, Path>;
}

/** The variables that the template's containers have of their own. */
function ownVariables(document: JsonObject): Map<string, Path> {
  const names = new Map<string, Path>();
  for (const list of ['containers', 'initContainers']) {
    for (const [index, container] of asList(field(document, list)).entries()) {
      for (const [at, variable] of asList(field(asObject(container), 'env')).entries()) {
        const name = field(asObject(variable), 'name');
        if (typeof name === 'string') names.set(name, [list, index, 'env', at, 'name']);
      }
    }
  }
  return names;
}

function* checkEntry(value: Json, path: Path, seen: Seen): Generator<Finding> {
  if (holeOf(value) !== undefined) return;
  const entry = yield* checkMap(value, ambassadorKeys, path);
  if (entry === undefined) return;
  const listen = field(entry, 'listen') ?? null;
  yield* checkPort(listen, [...path, 'listen']);
  if (typeof listen === 'number') yield* checkTwice('duplicateListen', listen, [...path, 'listen'], seen.listen);
  const redirect = yield* checkSides(entry, 'redirect', redirectKeys, path);
  const upstream = yield* checkSides(entry, 'upstream', upstreamKeys, path);
  if (redirect !== undefined) yield* checkRedirect(redirect, [...path, 'redirect'], seen);
  if (upstream === undefined) return;
  for (const [key, one] of Object.entries(upstream)) {
    if (upstreamKeys.includes(key as never)) yield* checkUpstream(key, one ?? null, [...path, 'upstream', key], seen);
  }
  if (redirect !== undefined) yield* checkAgreement(redirect, upstream, [...path, 'upstream']);
}

function* checkSides(
  entry: JsonObject,
  key: 'redirect' | 'upstream',
  keys: readonly string[],
  path: Path,
): Generator<Finding, JsonObject | undefined> {
  const value = field(entry, key) ?? null;
  if (value === null) {
    const example = key === 'redirect' ? '{host: REDIS_HOST, port: REDIS_PORT}' : '{host: UPSTREAM_HOST, port: UPSTREAM_PORT}';
    yield fault('missingKey', path, `${spoken(path)} has no \`${key}\``, {fix: `add \`${key}: ${example}\``});
    return undefined;
  }
  if (holeOf(value) !== undefined) return undefined;
  const sides = yield* checkMap(value, keys, [...path, key]);
  if (sides !== undefined && Object.values(sides).every((side) => side === null)) {
    yield fault('missingKey', [...path, key], `${spoken([...path, key])} names no variable`, {fix: `add ${keys.join(', ')}`});
    return undefined;
  }
  return sides;
}

function* checkRedirect(redirect: JsonObject, path: Path, seen: Seen): Generator<Finding> {
  for (const key of redirectKeys) {
    const name = field(redirect, key) ?? null;
    if (name !== null) yield* checkVariable(name, [...path, key], seen.redirect);
  }
  const [host, port, url] = redirectKeys.map((key) => (field(redirect, key) ?? null) !== null);
  if (url && (host || port))
    yield fault('redirectMismatch', [...path, 'url'], `${spoken(path)} has \`url\` beside \`${host ? 'host' : 'port'}\``, {
      fix: 'write `url` alone for one variable with the whole address, else `host` and `port`',
      at: 'key',
    });
  else if (port && !host) yield fault('missingKey', path, `${spoken(path)} has \`port\` and no \`host\``, {fix: 'add `host`'});
}

function* checkUpstream(key: string, value: Json, path: Path, seen: Seen): Generator<Finding> {
  if (value === null) return;
  if (!isObject(value) || holeOf(value) !== undefined) {
    yield* checkVariable(value, path, seen.upstream);
    return;
  }
  yield* checkMap(value, upstreamVariableKeys, path);
  const name = field(value, 'name') ?? null;
  if (name === null) yield fault('missingKey', path, `${spoken(path)} has no \`name\``, {fix: 'add `name`, the variable'});
  else yield* checkVariable(name, [...path, 'name'], seen.upstream);
  const fallback = field(value, 'default') ?? null;
  const here = [...path, 'default'];
  if (fallback !== null) yield* checkType(key === 'port' ? 'an integer or a string' : 'a string', fallback, here);
}

/** An upstream variable without a source would never have a value. */
function* checkAgreement(redirect: JsonObject, upstream: JsonObject, path: Path): Generator<Finding> {
  const isStated = (map: JsonObject, key: string): boolean => (field(map, key) ?? null) !== null;
  if (isStated(redirect, 'url')) return;
  if (isStated(upstream, 'url'))
    yield fault('redirectMismatch', [...path, 'url'], `${spoken([...path, 'url'])} needs \`redirect.url\``, {
      fix: 'write `host` and `port`',
      at: 'key',
    });
  const port = field(upstream, 'port') ?? null;
  if (port === null || isStated(redirect, 'port') || (isObject(port) && isStated(port, 'default'))) return;
  yield fault(
    'redirectMismatch',
    [...path, 'port'],
    `${spoken([...path, 'port'])} has no source, because \`redirect\` has no \`port\``,
    {
      fix: 'add `redirect.port`, or write {name: NAME, default: PORT}',
      at: 'key',
    },
  );
}

function* checkVariable(name: Json, path: Path, seen: Map<string, Path>): Generator<Finding> {
  yield* checkType('a string', name, path);
  if (typeof name !== 'string') return;
  const complaint = variableNameComplaint(name);
  if (complaint === undefined) yield* checkTwice('duplicateName', name, path, seen);
  else yield fault('badName', path, `the name "${name}" of a variable ${complaint}`);
}
