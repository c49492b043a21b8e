import {field, isObject, type Json, type JsonObject} from '../json.ts';
import {didYouMean} from '../nearest.ts';
import {checkAdapter} from './adapter.ts';
import {checkAmbassador} from './ambassador.ts';
import {checkApp} from './app.ts';
import {checkContainersAndVolumes} from './containers.ts';
import {fault, type Finding} from './finding.ts';
import {holeOf} from './hole.ts';
import {legacyKeys, schemaKey, templateKeys} from './keys.ts';
import {checkPattern} from './pattern.ts';
import {checkMetadata, checkSpec} from './pod-parts.ts';
import {checkPosition} from './position.ts';
import {checkType} from './kind.ts';

/**
 * All that is wrong with a template's document, whatever its parts, but for its parameters and expressions. Its own codes:
 * `unknownKey`, `wrongType`, `addsNothing`; the others are those of the checks that it calls.
 */
export function* checkTemplate(document: JsonObject): Generator<Finding> {
  for (const key of Object.keys(document)) {
    if (key === schemaKey || templateKeys.includes(key as never)) continue;
    yield fault('unknownKey', [key], `\`${key}\` is no key of a template`, {...didYouMean(key, templateKeys), at: 'key'});
  }
  const empty = isEmpty(document);
  yield* checkPattern(document, empty);
  yield* checkPlain(document);
  yield* checkPosition(field(document, 'position') ?? null);
  yield* checkParts(document);
  // The patterns that need a container say so.
  if (empty && field(document, 'pattern') !== 'ambassador' && field(document, 'pattern') !== 'adapter')
    yield fault('addsNothing', [], 'the template adds nothing', {
      fix: 'add `containers`, `initContainers`, `volumes`, `app`, `metadata` or `spec`',
    });
}

/** All that is wrong with the parts that an expression may have computed. */
export function* checkParts(document: JsonObject): Generator<Finding> {
  yield* checkContainersAndVolumes(document);
  for (const [key, check] of [
    ['app', checkApp],
    ['ambassador', checkAmbassador],
    ['adapter', checkAdapter],
    ['metadata', checkMetadata],
    ['spec', checkSpec],
  ] as const) {
    const value = field(document, key) ?? null;
    // Where a whole part is an expression there is a fault already.
    if (value !== null && holeOf(value) === undefined) yield* check(value, document);
  }
}

/** All that is wrong with an Initializer's `config`: `legacyKey` for what that format never had, and those of containers and volumes. */
export function* checkLegacy(document: JsonObject): Generator<Finding> {
  const fix = 'to use it, put the text under the key `template` instead of `config` and begin it with `pattern: sidecar`';
  for (const key of Object.keys(document)) {
    if (legacyKeys.includes(key as never)) continue;
    if (templateKeys.includes(key as never))
      yield fault('legacyKey', [key], `\`${key}\` is no key of the old \`config\` format, which holds ${legacyKeys.join(', ')}`, {
        fix,
        at: 'key',
      });
    else
      yield fault('unknownKey', [key], `\`${key}\` is no key of the old \`config\` format`, {
        ...didYouMean(key, legacyKeys),
        at: 'key',
      });
  }
  yield* checkContainersAndVolumes(document);
  if (isEmpty(document))
    yield fault('addsNothing', [], 'the template adds nothing', {fix: `add ${legacyKeys.map((key) => `\`${key}\``).join(', ')}`});
}

function* checkPlain(document: JsonObject): Generator<Finding> {
  for (const [key, wanted] of [
    ['description', 'a string'],
    ['required', 'true or false'],
    [schemaKey, 'a string'],
  ] as const) {
    const value = field(document, key) ?? null;
    if (value !== null) yield* checkType(wanted, value, [key]);
  }
}

/** Whether the template has no content at all: every part absent, or an empty list or map. */
function isEmpty(document: JsonObject): boolean {
  const {app, metadata} = document;
  const parts = [
    ...legacyKeys.map((key) => field(document, key)),
    field(document, 'spec'),
    ...(isObject(app) ? ['env', 'envFrom', 'volumeMounts'].map((key) => field(app, key)) : [app]),
    ...(isObject(metadata) ? Object.values(metadata) : [metadata]),
  ];
  return parts.every(isNothing);
}

function isNothing(part: Json | undefined): boolean {
  if (part === null || part === undefined) return true;
  return typeof part === 'object' && Object.keys(part).length === 0 && holeOf(part) === undefined;
}
