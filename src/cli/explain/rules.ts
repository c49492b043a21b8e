import {injectKey, legacyPrefix} from '../../core/annotations.ts';
import {asObject, asString, field, type JsonObject} from '../../core/json.ts';
import type {Level} from '../../core/outcome.ts';
import {readStatus} from '../../core/status.ts';
import {podTemplateOf, workloadAnnotations, workloadFacts, workloadOf} from '../../core/workload.ts';
import type {Rule, Subject, World} from './explanation.ts';
import {metadataOf, titleOf} from './metadata.ts';

/** The annotations that decided about an object, the deciding one first; a `"true"` is followed by the list that it means. */
export function rulesOf(subject: Subject, level: Level | undefined, world: World): readonly Rule[] {
  const {object, namespace} = subject;
  const workload = workloadOf(object);
  if (level === undefined || workload === undefined) return [];
  const template = podTemplateOf(object, workload) ?? {};
  const ofNamespace = rulesIn(annotationsOf(world.namespaces.get(namespace)), 'namespace', `namespace ${namespace}`);
  const title = titleOf(subject);
  switch (level) {
    case 'namespace':
      return ofNamespace;
    case 'pod': {
      // The workload's pass wrote its list there.
      const isWorkloads = readStatus(template)?.at === 'workload';
      const facts = workloadFacts(object, workload);
      const on =
        isWorkloads && facts['kind'] !== undefined ? `${String(facts['kind'])} ${namespace}/${String(facts['name'])}` : title;
      return withList(rulesIn(annotationsOf(template), isWorkloads ? 'workload' : 'pod', on), ofNamespace);
    }
    case 'podTemplate':
      return withList(rulesIn(annotationsOf(template), 'podTemplate', title), ofNamespace);
    case 'workload':
      return withList(
        workloadAnnotations(object, workload).flatMap((annotations) => rulesIn(annotations, 'workload', title)),
        ofNamespace,
      );
  }
}

function withList(rules: readonly Rule[], ofNamespace: readonly Rule[]): readonly Rule[] {
  return rules.some(({key, value}) => key === injectKey && value === 'true') ? [...rules, ...ofNamespace] : rules;
}

/** The annotations that ask or opt out. */
export function rulesIn(annotations: JsonObject | undefined, level: Level, on: string): Rule[] {
  return Object.keys(annotations ?? {})
    .filter((key) => key === injectKey || key.startsWith(legacyPrefix))
    .map((key) => ({level, on, key, value: text(field(annotations, key))}));
}

function text(value: unknown): string {
  return asString(value) ?? JSON.stringify(value);
}

function annotationsOf(object: JsonObject | undefined): JsonObject | undefined {
  return object === undefined ? undefined : asObject(field(metadataOf(object), 'annotations'));
}
