import {asObject, asString, field, isObject, type JsonObject} from '../../core/json.ts';
import type {Fault, Position} from '../../core/errors.ts';
import type {Path} from '../../core/template/finding.ts';
import {parseYaml, positionOf, type YamlDocument} from '../../core/yaml.ts';
import {isInjection} from '../../migrate/injection.ts';
import {placeInFile} from '../../templates/block-place.ts';
import {contentOf} from '../../templates/configmap.ts';
import type {DocumentSet, ManifestObject} from '../documents.ts';

/** An old configuration that was found in a file. */
export interface OldConfiguration {
  readonly kind: 'initializer' | 'injection';
  readonly object: ManifestObject;
  /** The ConfigMap's name and key that hold it; without, it is a document of its own. */
  readonly configMap?: {readonly name: string; readonly key: string};
  /** Its own text, which `document` was parsed from; undefined where comments in it are lost (JSON, an item of a list). */
  readonly text?: string;
  readonly document: YamlDocument;
  readonly value: JsonObject;
  /** Where a part of it is in its file; its beginning for a part that it lacks. */
  readonly placeOf: (path: Path) => Position;
  /** The same for a place of its text. */
  readonly place: (position: Position) => Position;
}

/** What a file holds that is to become templates. Faults: those of the YAML of a configuration. */
export function findConfigurations(set: DocumentSet): {
  readonly found: readonly OldConfiguration[];
  readonly faults: readonly Fault[];
} {
  const lines = set.documents
    .map(({text}) => text)
    .join('')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  const faults: Fault[] = [];
  const found = set.objects.flatMap((object) => {
    const part = set.documents[object.document];
    if (part?.parsed === undefined) return [];
    if (isInjection(object.value)) return [bareOf(object, part.parsed, set.format === 'yaml' ? part.text : undefined)];
    return entriesOf(object).flatMap(({kind, key, text}): OldConfiguration[] => {
      const place = placeInFile(part.parsed as YamlDocument, [...segments(object.path), 'data', key], lines);
      const [document, ...more] = parseYaml(text, object.source);
      if (document === undefined) return [];
      const wrong = [document, ...more].flatMap((each) => each.faults);
      if (wrong.length > 0) {
        if (kind === 'initializer' || looksLikeInjection(text))
          faults.push(...wrong.map((fault) => ({...fault, position: place(fault.position ?? start)})));
        return [];
      }
      const {value} = document;
      if (!isObject(value) || (kind === 'injection' && !isInjection(value))) return [];
      const placeOf = (path: Path): Position => place(positionOf(document, path, 'value') ?? start);
      const name = asString(field(asObject(field(object.value, 'metadata')), 'name')) ?? '';
      return [{kind, object, configMap: {name, key}, text, document, value, placeOf, place}];
    });
  });
  return {found, faults};
}

/** A JSON Pointer as the way through a document. */
export function segments(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const start: Position = {line: 1, column: 1};

function bareOf(object: ManifestObject, document: YamlDocument, text: string | undefined): OldConfiguration {
  const way = segments(object.path);
  return {
    kind: 'injection',
    object,
    ...(text === undefined || way.length > 0 ? {} : {text}),
    document,
    value: object.value,
    placeOf: (path) => positionOf(document, [...way, ...path], 'value') ?? object.position,
    place: (position) => position,
  };
}

interface Entry {
  readonly kind: OldConfiguration['kind'];
  readonly key: string;
  readonly text: string;
}

/** The texts of a ConfigMap that may hold one. */
function entriesOf({value}: ManifestObject): readonly Entry[] {
  if (field(value, 'kind') !== 'ConfigMap' || field(value, 'apiVersion') !== 'v1') return [];
  const content = contentOf(value);
  if (content.kind === 'text')
    return content.format === 'legacy' ? [{kind: 'initializer', key: content.key, text: content.text}] : [];
  if (content.kind === 'broken') return [];
  return Object.entries(asObject(field(value, 'data')) ?? {}).flatMap(([key, text]): Entry[] =>
    typeof text === 'string' && /name/i.test(text) ? [{kind: 'injection', key, text}] : [],
  );
}

/** A text that is no YAML, but was surely meant to be one. */
function looksLikeInjection(text: string): boolean {
  return /^name:/m.test(text) && /^(?:containers|initContainers|volumes|volumeMounts|env):/m.test(text);
}
