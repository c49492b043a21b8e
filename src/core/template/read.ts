import type {Fault, Position} from '../errors.ts';
import {isObject} from '../json.ts';
import type {TemplateEntry} from '../template.ts';
import {placeWithin} from '../yaml-place.ts';
import {parseYaml, positionOf, type YamlDocument} from '../yaml.ts';
import {draftLegacy, draftTemplate} from './draft.ts';
import {byPosition, located, type Finding} from './finding.ts';
import {templateNameComplaint} from './names.ts';
import {wrongType} from './kind.ts';

/** What a template is called and where it was written. */
export interface TemplateOrigin {
  readonly name: string;
  /** `template`: the whole format. `legacy`: an Initializer's `config`, with containers and volumes only, and no pattern. */
  readonly format: 'template' | 'legacy';
  /** What faults call the text: a file, or `configmap/NAMESPACE/NAME[template]`. */
  readonly source: string;
  /** Where a place of the text is in its source; the same place when absent. */
  readonly place?: (position: Position) => Position;
}

/** What a text came to. A good template may have warnings; a broken one has all its faults from one run, in the order of the text. */
export interface TemplateReading {
  readonly entry: TemplateEntry;
  readonly warnings: readonly Fault[];
}

/** A template's text in bytes: what a ConfigMap holds. Source: Kubernetes, validation.ValidateConfigMap with MaxSecretSize. */
const maxTemplateBytes = 1024 * 1024;

/**
 * Reads a template strictly. All faults are found in one run, each with line and column; what has none takes the first line.
 * Codes: those of parseYaml and {@link readTemplateDocument}, and `templateTooLarge`, `severalDocuments`. Pure; never throws.
 */
export function readTemplate(text: string, origin: TemplateOrigin): TemplateReading {
  if (text.length > maxTemplateBytes || Buffer.byteLength(text) > maxTemplateBytes) {
    const message = `the template is larger than the ${maxTemplateBytes} bytes that a ConfigMap holds`;
    return broken(origin, [...checkName(origin), atStart(origin, 'templateTooLarge', message, 'split it')]);
  }
  const [document, second] = parseYaml(text, origin.source);
  if (document !== undefined && second === undefined) return readTemplateDocument(document, origin);
  const several = atStart(
    origin,
    'severalDocuments',
    'the text holds several YAML documents, and a template is one',
    'remove the others',
  );
  const position = second === undefined ? undefined : positionOf(second, [], 'value');
  return broken(origin, [
    ...checkName(origin),
    position === undefined ? several : {...several, position: placed(origin, position)},
  ]);
}

/**
 * The same for a document that was parsed already; `origin.place` takes the positions of its text. Codes: the document's own,
 * those of a draft, `templateName`, `emptyTemplate`, `wrongType`.
 */
export function readTemplateDocument(document: YamlDocument, origin: TemplateOrigin): TemplateReading {
  const {value} = document;
  const named = checkName(origin);
  if (document.faults.length > 0) {
    const faults = document.faults.map((fault) => ({...fault, position: placed(origin, fault.position)}));
    return broken(origin, [...named, ...faults]);
  }
  if (value === null) {
    return broken(origin, [
      ...named,
      atStart(origin, 'emptyTemplate', 'the template is empty', 'begin it with its pattern, `pattern: sidecar` say'),
    ]);
  }
  const draft = isObject(value) ? (origin.format === 'template' ? draftTemplate : draftLegacy)(value, origin) : undefined;
  const findings = bounded(draft?.findings() ?? [wrongType('a map', value, [])]);
  const settle = (level: Finding['level']): Fault[] =>
    findings
      .filter((finding) => finding.level === level)
      .map((finding) => located(finding, origin.source, placed(origin, placeOf(document, finding))))
      .toSorted(byPosition);
  const faults = [...named, ...settle('fault')];
  if (faults.length > 0 || draft === undefined) return broken(origin, faults, settle('warning'));
  return {entry: {kind: 'good', template: draft.template()}, warnings: settle('warning')};
}

function placeOf(document: YamlDocument, {path, at, offset}: Finding): Position | undefined {
  return offset === undefined ? positionOf(document, path, at) : placeWithin(document, path, offset);
}

function broken({name}: TemplateOrigin, faults: readonly Fault[], warnings: readonly Fault[] = []): TemplateReading {
  return {entry: {kind: 'broken', name, faults}, warnings};
}

function checkName(origin: TemplateOrigin): Fault[] {
  const complaint = templateNameComplaint(origin.name);
  return complaint === undefined
    ? []
    : [atStart(origin, 'templateName', `the template's name "${origin.name}" ${complaint}`, 'rename it')];
}

function atStart(origin: TemplateOrigin, code: string, message: string, fix: string): Fault {
  return {code, message, fix, source: origin.source, position: placed(origin, undefined)};
}

function placed(origin: TemplateOrigin, position: Position | undefined): Position {
  const here = position ?? {line: 1, column: 1};
  return origin.place === undefined ? here : origin.place(here);
}

/** More of a kind than this help nobody, and each costs a search for its place. */
const maxFindings = 1000;

function bounded(findings: Iterable<Finding>): Finding[] {
  const taken: Finding[] = [];
  const counts = {fault: 0, warning: 0};
  for (const finding of findings) {
    counts[finding.level] += 1;
    if (counts[finding.level] <= maxFindings) taken.push(finding);
    if (counts.fault >= maxFindings) break;
  }
  return taken;
}
