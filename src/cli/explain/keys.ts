import {domain, injectionLabel, injectKey, legacyPrefix, statusKey} from '../../core/annotations.ts';
import {isList, isObject, type Json, type JsonObject} from '../../core/json.ts';
import {nearest} from '../../core/nearest.ts';

/** The key that a misspelt one most likely means; undefined for keys of ours and those of others. */
export function meantBy(key: string): typeof injectKey | typeof injectionLabel | undefined {
  if (asksFor(key) || key === injectionLabel || key === statusKey) return undefined;
  const slash = key.indexOf('/');
  const [prefix, name] = [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
  const meant = nearest(name.slice(name.lastIndexOf('.') + 1), ['inject', 'injection']);
  // In our own domain names with a dot are parameters, of which the engine itself speaks, and every other one means to ask.
  if (prefix === domain) return name.includes('.') ? undefined : meant === 'injection' ? injectionLabel : injectKey;
  const isNear = prefix === '' ? nearest(key, [injectKey, injectionLabel]) : nearest(prefix, [domain]);
  if (isNear === undefined || meant === undefined) return undefined;
  return meant === 'inject' ? injectKey : injectionLabel;
}

/** Whether an annotation of this key asks for templates. */
function asksFor(key: string): boolean {
  return key === injectKey || key.startsWith(legacyPrefix);
}

/** A key that asks, and where it stands in an object: `['spec', 'template', 'annotations']`. */
export interface FoundKey {
  readonly key: string;
  readonly value: Json;
  readonly path: readonly string[];
}

/** All keys in an object that would ask for templates if they stood in the right place. */
export function* askingKeys(object: JsonObject, path: readonly string[] = []): Generator<FoundKey> {
  if (path.length > maxDepth) return;
  for (const [key, value] of Object.entries(object)) {
    // What the API server notes down of each field.
    if (value === undefined || key === 'managedFields') continue;
    if (asksFor(key)) yield {key, value, path};
    else if (isObject(value)) yield* askingKeys(value, [...path, key]);
    else if (isList(value)) {
      for (const [index, item] of value.entries()) if (isObject(item)) yield* askingKeys(item, [...path, `${key}[${index}]`]);
    }
  }
}

/** Deeper than any annotations are. */
const maxDepth = 16;
