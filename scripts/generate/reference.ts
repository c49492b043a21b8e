import {overloads} from '../../src/core/expression/functions/table.ts';
import {limits} from '../../src/core/expression/limits.ts';
import type {Json, JsonObject} from '../../src/core/json.ts';
import {parameterWords} from '../../src/core/template/parameter-words.ts';
import {keys} from './schema/keys.ts';

/** The page with what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` made of the code's tables. */
export function withTables(page: string): string {
  return [...tables].reduce((text, [name, table]) => replaced(text, name, table()), page);
}

const tables: ReadonlyMap<string, () => string> = new Map([
  ['keys', keyTable],
  ['words', wordTable],
  ['functions', functionTable],
  ['limits', limitTable],
]);

function replaced(page: string, name: string, table: string): string {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no place for the table ${name}: ${begin}${end}`);
  return `${page.slice(0, from)}${begin}${table}${page.slice(to)}`;
}

function keyTable(): string {
  const rows = Object.entries(keys).flatMap(([key, schema]) => keyRows(key, schema));
  return `| key | default | means |\n|---|---|---|\n${rows.join('')}`;
}

/** A key, and the keys of the template's own below it; Kubernetes' own reference has the rest. */
function keyRows(key: string, schema: JsonObject): readonly string[] {
  const below = elsewhere.has(key) ? [] : Object.entries(propertiesOf(schema));
  return [keyRow(key, schema), ...below.flatMap(([name, one]) => keyRows(`${key}.${name}`, one))];
}

/** Keys whose inner ones have a table of their own, or are explained in a sentence. */
const elsewhere: ReadonlySet<string> = new Set(['parameters', 'spec', 'position', 'ambassador.upstream']);

function keyRow(key: string, schema: JsonObject): string {
  const {description, default: standard} = schema;
  const meaning = typeof description === 'string' ? description : fields.get(key);
  if (meaning === undefined) throw new Error(`the key ${key} has no description`);
  return `| \`${key}\` | ${standard === undefined ? '' : `\`${shown(standard)}\``} | ${meaning.replaceAll('|', '\\|')} |\n`;
}

/** Keys that are fields of Kubernetes' own. */
const fields: ReadonlyMap<string, string> = new Map([
  ['app.env', 'Variables. One that is there already stays.'],
  ['app.envFrom', 'Sources of variables, united with its own.'],
  ['app.volumeMounts', "Mounts of the template's volumes."],
]);

/** The keys of a map, or of the items of a list. */
function propertiesOf(schema: JsonObject): Readonly<Record<string, JsonObject>> {
  const {properties, items} = schema as {properties?: Record<string, JsonObject>; items?: JsonObject};
  return properties ?? (items === undefined ? {} : propertiesOf(items));
}

function wordTable(): string {
  const rows = [...parameterWords].map(
    ([word, {types, description}]) => `| \`${word}\` | ${types === undefined ? 'all' : types.join(', ')} | ${description} |\n`,
  );
  return `| word | of type | means |\n|---|---|---|\n${rows.join('')}`;
}

function functionTable(): string {
  const forms = new Map<string, string[]>();
  for (const {name, receiver, takes, returns} of overloads) {
    const [first, ...rest] = takes;
    const call = receiver ? `${String(first)}.${name}(${rest.join(', ')})` : `${name}(${takes.join(', ')})`;
    forms.set(name, [...(forms.get(name) ?? []), `\`${call}\` → ${returns}`]);
  }
  const rows = [...forms]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, calls]) => `| \`${name}\` | ${calls.join('<br>')} |\n`);
  return `Beside the operators, \`has\`, \`all\`, \`exists\`, \`exists_one\`, \`map\`, \`filter\`, \`matches\`, \`or\` and \`orValue\`:\n\n| function | forms |\n|---|---|\n${rows.join('')}`;
}

const limitNames: readonly (readonly [keyof typeof limits, string])[] = [
  ['text', 'characters of an expression'],
  ['expressions', 'expressions in one template'],
  ['nodes', 'operators, names and values in it'],
  ['depth', 'calls, indexes and parentheses in one another'],
  ['nesting', 'loops (`map`, `all` …) in one another'],
  ['steps', 'steps of one evaluation: operators, elements of loops, pieces of 64 characters that are looked at'],
  ['podSteps', 'steps of all expressions and parameters for one pod, the templates that it asks for together'],
  ['result', 'values and characters of a result'],
  ['patternText', 'characters of a regular expression'],
];

function limitTable(): string {
  const rows = limitNames.map(([name, meaning]) => `| ${limits[name].toLocaleString('en')} | ${meaning} |\n`);
  return `| at most | |\n|---|---|\n${rows.join('')}`;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
