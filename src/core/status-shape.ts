import {isAdded, movedKey, priorKey} from './added.ts';
import {domain, injectKey, legacyPrefix, maxTemplates, readParameterKey} from './annotations.ts';
import {asObject, isList, isObject, type Json, type JsonObject} from './json.ts';
import {refusalReasons, skipReasons} from './reasons.ts';
import type {Status} from './status.ts';

const levels: ReadonlySet<unknown> = new Set(['pod', 'workload', 'namespace']);

/**
 * Whether a parsed JSON value may be a status that this version wrote. A record is as good as who wrote it, and anybody who may
 * annotate a pod may have: one that an injection cannot have left is none.
 */
export function isStatus(value: Json): value is Json & Status {
  if (!isObject(value) || value['v'] !== 1 || !levels.has(value['at'])) return false;
  if (!isStrings(value['app']) || !(value['appInit'] === undefined || isStrings(value['appInit']))) return false;
  if (!(value['own'] === undefined || isOwn(value['own']))) return false;
  return isList(value['templates']) && value['templates'].length <= maxTemplates && value['templates'].every(isEntry);
}

function isEntry(value: Json): boolean {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  const {hash, added, kept, skipped} = value;
  if (!(hash === undefined || typeof hash === 'string') || !(added === undefined || (isTree(added) && isForeign(added))))
    return false;
  if (
    !(
      skipped === undefined ||
      (typeof skipped === 'string' && (Object.hasOwn(skipReasons, skipped) || Object.hasOwn(refusalReasons, skipped)))
    )
  )
    return false;
  return kept === undefined || isStrings(kept);
}

/** Parts of metadata and spec; no injection adds the whole of one. */
function isTree(value: Json): boolean {
  if (!isAdded(value) || !isObject(value)) return false;
  return Object.entries(value).every(
    ([key, part]) => roots.has(key) && isObject(part) && Object.keys(part).some((name) => name !== priorKey && name !== movedKey),
  );
}

/** The annotations that a workload's pass resolves, and the parents that were made for them or stood there empty. */
function isOwn(value: Json): boolean {
  if (!isAdded(value) || !hasOnly(value, (name) => name === 'metadata')) return false;
  const {metadata = {}} = value;
  if (!hasOnly(metadata, (name) => name === 'annotations')) return false;
  const {annotations = {}} = metadata;
  return hasOnly(annotations, (name) => name === injectKey || readParameterKey(name) !== undefined);
}

/** Whether a node has no parts but those, and stands where there was nothing or an empty one. */
function hasOnly(node: Json, isAllowed: (name: string) => boolean): node is JsonObject {
  if (!isObject(node)) return false;
  return Object.entries(node).every(([name, part]) => {
    if (name !== priorKey) return isAllowed(name);
    return part === null || (isObject(part) && Object.keys(part).length === 0);
  });
}

/** No template adds what asks for templates, see the loader's `reservedKey`, nor all annotations at once. */
function isForeign(added: Json): boolean {
  const annotations = asObject(asObject(added)?.['metadata'])?.['annotations'];
  if (annotations === undefined) return true;
  const keys = Object.keys(asObject(annotations) ?? {}).filter((key) => key !== priorKey);
  return keys.length > 0 && keys.every((key) => !key.startsWith(`${domain}/`) && !key.startsWith(legacyPrefix));
}

const roots: ReadonlySet<string> = new Set(['metadata', 'spec']);

function isStrings(value: Json | undefined): boolean {
  return isList(value) && value.every((item) => typeof item === 'string');
}
