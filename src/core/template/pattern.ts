import {asList, field, isObject, type Json, type JsonObject} from '../json.ts';
import {didYouMean} from '../nearest.ts';
import {fault, spoken, type Finding} from './finding.ts';
import {natives, patterns} from './keys.ts';
import {wrongType} from './kind.ts';

/**
 * Checks `pattern`, what hangs on it, and `native`: `missingKey`, `wrongType`, `unknownPattern`, `initWithContainers`, `addsNothing`,
 * `patternMismatch` (`ambassador` in a sidecar), `badNative`, `nativeWithoutContainers`, `nativeRestartPolicy`.
 */
export function* checkPattern(document: JsonObject, empty: boolean): Generator<Finding> {
  const pattern = field(document, 'pattern') ?? null;
  const fix = `write one of ${patterns.join(', ')}`;
  if (pattern === null) yield fault('missingKey', [], 'the template has no `pattern`', {fix});
  else if (typeof pattern !== 'string') yield wrongType('a string', pattern, ['pattern']);
  else if (!patterns.includes(pattern as never))
    yield fault('unknownPattern', ['pattern'], `there is no pattern "${pattern}"`, {fix, ...didYouMean(pattern, patterns)});
  else {
    if (pattern === 'init' && !empty) yield* checkInit(document);
    for (const key of ['ambassador', 'adapter'] as const) yield* checkOwnKey(document, pattern, key);
  }
  yield* checkNative(document);
}

function* checkInit(document: JsonObject): Generator<Finding> {
  if (asList(field(document, 'containers')).length > 0) {
    const fix = 'move them to `initContainers`, or write `pattern: sidecar`';
    yield fault('initWithContainers', ['containers'], 'a template of the pattern `init` has only `initContainers`', {
      fix,
      at: 'key',
    });
  } else if (asList(field(document, 'initContainers')).length === 0) {
    yield fault('addsNothing', ['pattern'], 'a template of the pattern `init` has no init container', {
      fix: 'add `initContainers`, or write `pattern: sidecar`',
    });
  }
}

/** The key of a pattern of its own belongs to that pattern, and that pattern has no meaning without it. */
function* checkOwnKey(document: JsonObject, pattern: string, key: 'ambassador' | 'adapter'): Generator<Finding> {
  const value = field(document, key) ?? null;
  if (pattern !== key) {
    if (value === null) return;
    yield fault('patternMismatch', [key], `the key \`${key}\` stands in a template of the pattern \`${pattern}\``, {
      fix: `write \`pattern: ${key}\`, or remove it`,
      at: 'key',
    });
    return;
  }
  const what = `a template of the pattern \`${key}\` has no`;
  if (value === null || (key === 'ambassador' && asList(value).length === 0 && Array.isArray(value)))
    yield fault('missingKey', ['pattern'], `${what} \`${key}\``, {fix: `add \`${key}\`, or write \`pattern: sidecar\``});
  if (asList(field(document, 'containers')).length === 0)
    yield fault('missingKey', ['pattern'], `${what} \`containers\``, {fix: `add the ${key} itself under \`containers\``});
}

function* checkNative(document: JsonObject): Generator<Finding> {
  const native = field(document, 'native') ?? null;
  if (native === null || native === 'never') return;
  if (!natives.includes(native as never)) {
    yield fault('badNative', ['native'], `\`native\` is ${JSON.stringify(native).slice(0, 60)}`, {
      fix: `write one of ${natives.join(', ')}`,
    });
    return;
  }
  const containers = asList(field(document, 'containers'));
  if (containers.length === 0)
    yield fault('nativeWithoutContainers', ['native'], '`native` is about `containers`, and the template has none', {
      fix: 'remove it',
      at: 'key',
    });
  for (const [index, container] of containers.entries()) yield* checkRestartPolicy(container, index, native as string);
}

/** On a cluster without native sidecars `auto` leaves the container as it stands, and there the field is not allowed. */
function* checkRestartPolicy(container: Json, index: number, native: string): Generator<Finding> {
  const policy = isObject(container) ? (field(container, 'restartPolicy') ?? null) : null;
  if (policy === null || (policy === 'Always' && native === 'always')) return;
  const path = ['containers', index, 'restartPolicy'];
  yield fault('nativeRestartPolicy', path, `${spoken(path)} is set, and \`native: ${native}\` decides it`, {
    fix: 'remove it; a native sidecar has `Always`',
    at: 'key',
  });
}
