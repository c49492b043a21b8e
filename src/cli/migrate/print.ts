import {isList, type Json, type JsonObject} from '../../core/json.ts';
import {isListObject, readDocuments, valuesOf, type DocumentSet, type ManifestObject} from '../documents.ts';
import {emitDocument} from '../emit.ts';
import {kubectlLayout} from '../layout.ts';
import {render} from '../output.ts';
import {printJson} from '../print-json.ts';
import {printYaml} from '../print.ts';

/** What each object becomes: itself, one or several others. `fresh`: nothing of its text stays. */
export interface Results {
  readonly of: ReadonlyMap<ManifestObject, readonly JsonObject[]>;
  readonly fresh: ReadonlySet<ManifestObject>;
}

/** The files with their objects' results as one text: everything that is not concerned stays byte for byte. */
export function printMigrated(sets: readonly DocumentSet[], results: Results): string {
  const printed = sets.map((set) => readDocuments(printSet(set, results), set.source, () => set.format === 'json'));
  return render(printed, ({value}) => value, 'same', false);
}

function printSet(set: DocumentSet, {of, fresh}: Results): string {
  // Several results stand as a list until the document is printed.
  const several = new Set<Json>();
  const values = valuesOf(set, (object) => {
    const [only, ...more] = of.get(object) ?? [];
    if (only === undefined || more.length === 0) return only;
    const list = {apiVersion: 'v1', kind: 'List', items: [only, ...more]};
    several.add(list);
    return list;
  });
  const anew = new Set(set.objects.filter((object) => fresh.has(object) && object.path === '').map(({document}) => document));
  return set.documents
    .map(({text, parsed}, index) => {
      const value = values.get(index);
      if (parsed === undefined || value === undefined || parsed.faults.length > 0 || value === parsed.value) return text;
      const after = flattened(value, several);
      if (set.format === 'json') return printJson(text, parsed.value, after);
      const [first, ...more] = several.has(value) && isListObject(after) ? after.items : [after];
      const kept = anew.has(index)
        ? begun(text) + emitDocument(first as Json, kubectlLayout)
        : printYaml(text, parsed, first as Json);
      return [kept, ...more.map((item) => emitDocument(item, kubectlLayout))].reduce(
        (all, next) => `${all.endsWith('\n') ? all : `${all}\n`}---\n${next}`,
      );
    })
    .join('');
}

/** The document's own marker, without which it would run into the one before. */
function begun(text: string): string {
  return /^---[ \t]*\r?\n/.exec(text)?.[0] ?? '';
}

/** The lists that stand for one item each, as items of the list around them. */
function flattened(value: Json, several: ReadonlySet<Json>): Json {
  if (!isListObject(value)) return value;
  const items = value.items.flatMap((item) => {
    const flat = flattened(item, several);
    return several.has(item) && isListObject(flat) && isList(flat.items) ? flat.items : [flat];
  });
  return items.length === value.items.length && items.every((item, index) => item === value.items[index])
    ? value
    : {...value, items};
}
