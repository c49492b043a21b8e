import {asList, field, isObject, type Json, type JsonObject} from '../json.ts';
import {didYouMean, nearest} from '../nearest.ts';
import {checkApp} from './app.ts';
import {checkContainersAndVolumes} from './containers.ts';
import {checkExpressions} from './expression.ts';
import {fault, spoken, type Finding} from './finding.ts';
import {laterKeys, legacyKeys, schemaKey, templateKeys} from './keys.ts';
import {labelNameComplaint} from './names.ts';
import {checkMetadata, checkSpec} from './pod-parts.ts';
import {wrongType} from './shape.ts';

/**
 * All that is wrong with a template's document, whatever its parts. Its own codes: `unknownKey`, `notSupportedYet`, `missingKey`,
 * `unknownPattern`, `initWithContainers`, `addsNothing`, `badName`, `badPosition`, `wrongType`.
 */
export function* checkTemplate(document: JsonObject): Generator<Finding> {
  const {[schemaKey]: _, description: __, ...rest} = document;
  for (const key of Object.keys(document)) if (key !== schemaKey) yield* checkKey(key);
  yield* checkPattern(document);
  yield* checkPlain(document);
  yield* checkPosition(field(document, 'position') ?? null);
  yield* checkContainersAndVolumes(document);
  for (const [key, check] of [
    ['app', checkApp],
    ['metadata', checkMetadata],
    ['spec', checkSpec],
  ] as const) {
    const value = field(document, key) ?? null;
    if (value !== null) yield* check(value, document);
  }
  yield* checkExpressions(Object.fromEntries(Object.entries(rest).filter(([key]) => !laterKeys.includes(key))));
  if (isEmpty(document))
    yield fault('addsNothing', [], 'the template adds nothing', {
      fix: 'add `containers`, `initContainers`, `volumes`, `app`, `metadata` or `spec`',
    });
}

/** All that is wrong with an Initializer's `config`: `legacyKey` for what that format never had, and those of containers and volumes. */
export function* checkLegacy(document: JsonObject): Generator<Finding> {
  const fix = 'to use it, put the text under the key `template` instead of `config` and begin it with `pattern: sidecar`';
  for (const key of Object.keys(document)) {
    if (legacyKeys.includes(key as never)) continue;
    const known = [...templateKeys, ...laterKeys].includes(key);
    if (known)
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

function* checkKey(key: string): Generator<Finding> {
  if (laterKeys.includes(key)) {
    yield fault('notSupportedYet', [key], `the key \`${key}\` is not supported yet`, {fix: 'remove it', at: 'key'});
  } else if (!templateKeys.includes(key as never)) {
    yield fault('unknownKey', [key], `\`${key}\` is no key of a template`, {
      ...didYouMean(key, [...templateKeys, ...laterKeys]),
      at: 'key',
    });
  }
}

function* checkPattern(document: JsonObject): Generator<Finding> {
  const pattern = field(document, 'pattern') ?? null;
  const patterns = 'write `pattern: sidecar` or `pattern: init`';
  if (pattern === null) yield fault('missingKey', [], 'the template has no `pattern`', {fix: patterns});
  else if (typeof pattern !== 'string') yield wrongType('a string', pattern, ['pattern']);
  else if (pattern === 'ambassador' || pattern === 'adapter') {
    yield fault('notSupportedYet', ['pattern'], `the pattern \`${pattern}\` is not supported yet`, {fix: patterns});
  } else if (pattern === 'init') yield* checkInit(document);
  else if (pattern !== 'sidecar') {
    const right = nearest(pattern, ['sidecar', 'init']);
    yield fault('unknownPattern', ['pattern'], `there is no pattern "${pattern}"`, {
      fix: right === undefined ? patterns : `did you mean \`${right}\``,
    });
  }
}

function* checkInit(document: JsonObject): Generator<Finding> {
  if (asList(field(document, 'containers')).length > 0) {
    const fix = 'move them to `initContainers`, or write `pattern: sidecar`';
    yield fault('initWithContainers', ['containers'], 'a template of the pattern `init` has only `initContainers`', {
      fix,
      at: 'key',
    });
  } else if (asList(field(document, 'initContainers')).length === 0 && !isEmpty(document)) {
    yield fault('addsNothing', ['pattern'], 'a template of the pattern `init` has no init container', {
      fix: 'add `initContainers`, or write `pattern: sidecar`',
    });
  }
}

function* checkPlain(document: JsonObject): Generator<Finding> {
  for (const [key, type, wanted] of [
    ['description', 'string', 'a string'],
    ['required', 'boolean', 'true or false'],
    [schemaKey, 'string', 'a string'],
  ] as const) {
    const value = field(document, key) ?? null;
    if (value !== null && typeof value !== type) yield wrongType(wanted, value, [key]);
  }
}

function* checkPosition(position: Json): Generator<Finding> {
  const path = ['position'];
  const fix = 'write first, last, {before: NAME} or {after: NAME}';
  if (position === null || position === 'first' || position === 'last') return;
  if (!isObject(position)) {
    yield fault('badPosition', path, `\`position\` is ${JSON.stringify(position).slice(0, 60)}`, {fix});
    return;
  }
  const sides = Object.keys(position);
  for (const key of sides) {
    const here = [...path, key];
    const name = field(position, key) ?? null;
    if (key !== 'before' && key !== 'after')
      yield fault('unknownKey', here, `${spoken(here)} is no key of a template`, {
        ...didYouMean(key, ['before', 'after']),
        at: 'key',
      });
    else if (typeof name !== 'string') yield wrongType('a string', name, here);
    else if (labelNameComplaint(name) !== undefined)
      yield fault('badName', here, `the name "${name}" of a container ${labelNameComplaint(name)}`);
  }
  if (sides.filter((key) => key === 'before' || key === 'after').length !== 1) {
    yield fault('badPosition', path, '`position` names not exactly one of `before` and `after`', {fix});
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
  return parts.every(
    (part) => part === null || part === undefined || (typeof part === 'object' && Object.keys(part).length === 0),
  );
}
