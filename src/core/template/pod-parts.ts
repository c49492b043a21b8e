import {domain, legacyPrefix} from '../annotations.ts';
import {isObject, withoutField, type Json, type JsonObject} from '../json.ts';
import {didYouMean} from '../nearest.ts';
import {fault, spoken, type Finding, type Path} from './finding.ts';
import {foreignSpecKeys, metadataKeys} from './keys.ts';
import {labelValueComplaint, qualifiedNameComplaint} from './names.ts';
import {checkFields} from './shape.ts';
import {checkType, wrongType} from './kind.ts';

/** Checks `metadata`, what the pod gains: `unknownKey`, `wrongType`, `badLabel`, `badAnnotation`, `reservedKey` (of our own domain). */
export function* checkMetadata(metadata: Json): Generator<Finding> {
  if (!isObject(metadata)) {
    yield wrongType('a map', metadata, ['metadata']);
    return;
  }
  for (const [key, value] of Object.entries(metadata)) {
    const path = ['metadata', key];
    if (!metadataKeys.includes(key as never)) {
      yield fault('unknownKey', path, `${spoken(path)} is no key of a template`, {...didYouMean(key, metadataKeys), at: 'key'});
    } else if (value === null || value === undefined) continue;
    else yield* checkPairs(value, key === 'labels' ? 'label' : 'annotation', path);
  }
}

/** Checks `spec`, other fields of the pod: `specKey` for those that have a place of their own, and those of checkShape. */
export function* checkSpec(spec: Json): Generator<Finding> {
  if (!isObject(spec)) {
    yield wrongType('a map', spec, ['spec']);
    return;
  }
  let rest: JsonObject = spec;
  for (const [key, fix] of foreignSpecKeys) {
    if (!Object.hasOwn(spec, key)) continue;
    rest = withoutField(rest, key);
    yield fault('specKey', ['spec', key], `\`spec.${key}\` can't stand in a template`, {fix, at: 'key'});
  }
  yield* checkFields('PodSpec', rest, ['spec'], true);
}

/** Checks a map of labels or of annotations: `wrongType`, `badLabel`, `badAnnotation`, `reservedKey`. */
export function* checkPairs(pairs: Json, what: 'label' | 'annotation', path: Path): Generator<Finding> {
  yield* checkType('a map', pairs, path);
  const code = what === 'label' ? 'badLabel' : 'badAnnotation';
  for (const [key, value] of Object.entries(isObject(pairs) ? pairs : {})) {
    const here = [...path, key];
    const complaint = qualifiedNameComplaint(key);
    if (complaint !== undefined) yield fault(code, here, `the ${what} "${key}" ${complaint}`, {at: 'key'});
    else if (key.startsWith(`${domain}/`) || key.startsWith(legacyPrefix)) {
      const fix = 'remove it; templates are asked for by those who write workloads';
      yield fault('reservedKey', here, `the ${what} "${key}" is one that the injector reads or writes itself`, {fix, at: 'key'});
    }
    yield* checkType('a string', value ?? null, here);
    const wrong = what === 'label' && typeof value === 'string' ? labelValueComplaint(value) : undefined;
    if (wrong !== undefined) yield fault(code, here, `the value ${JSON.stringify(value)} of the label "${key}" ${wrong}`);
  }
}
