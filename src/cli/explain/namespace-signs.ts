import {injectionLabel, injectKey} from '../../core/annotations.ts';
import {asObject, field, type Json, type JsonObject} from '../../core/json.ts';
import type {Cause} from './explanation.ts';
import {meantBy} from './keys.ts';
import {metadataOf} from './metadata.ts';
import type {Sign} from './signs.ts';

/** What a Namespace tells of the default that it does not give. */
export function* namespaceSigns(name: string, namespace: JsonObject | undefined): Generator<Sign> {
  if (namespace === undefined) return;
  const metadata = metadataOf(namespace);
  const [labels, annotations] = [asObject(field(metadata, 'labels')) ?? {}, asObject(field(metadata, 'annotations')) ?? {}];
  const label = field(labels, injectionLabel);
  const list = field(annotations, injectKey);
  const fix = `kubectl label namespace ${name} ${injectionLabel}=enabled --overwrite`;
  if (label !== undefined && label !== 'enabled' && !deliberate.has(label)) {
    yield sure(
      'namespaceLabel',
      `namespace ${name} has the label ${injectionLabel}: ${JSON.stringify(label)}, and only "enabled" turns its default on`,
      fix,
    );
  }
  for (const key of Object.keys(labels)) {
    const meant = label === undefined ? meantBy(key) : undefined;
    if (meant !== undefined) yield sure('namespaceLabel', `nothing reads the label ${key} of namespace ${name}`, fix);
  }
  if (field(labels, injectKey) !== undefined)
    yield sure(
      'namespaceLabel',
      `${injectKey} is a label of namespace ${name}, and only the annotation of that name is read`,
      `kubectl annotate namespace ${name} ${injectKey}=${String(field(labels, injectKey))}`,
    );
  if (field(annotations, injectionLabel) !== undefined && label === undefined)
    yield sure('namespaceLabel', `${injectionLabel} is an annotation of namespace ${name}, and only the label is read`, fix);
  for (const key of Object.keys(annotations)) {
    const meant = list === undefined ? meantBy(key) : undefined;
    if (meant === undefined) continue;
    yield sure(
      'annotationMisspelt',
      `nothing reads the annotation ${key} of namespace ${name}`,
      `kubectl annotate namespace ${name} ${injectKey}=${String(annotations[key])}`,
    );
  }
  // It may stand there for those alone who ask with "true".
  if (list !== undefined && list !== 'false' && label === undefined)
    yield {
      isSure: false,
      cause: {
        code: 'namespaceLabel',
        message: `namespace ${name} names ${String(list)}, but lacks the label that makes it the default of its pods`,
        fix,
      },
    };
  if (label === 'enabled' && list === undefined)
    yield {
      isSure: false,
      cause: {
        code: 'namespaceListMissing',
        message: `namespace ${name} is enabled, but its annotations name no templates`,
        fix: `kubectl annotate namespace ${name} ${injectKey}=NAME`,
      },
    };
}

/** Values that say that the default is meant to be off. */
const deliberate: ReadonlySet<Json> = new Set(['disabled', 'false', 'off', 'no']);

function sure(code: Cause['code'], message: string, fix: string): Sign {
  return {isSure: true, cause: {code, message, fix}};
}
