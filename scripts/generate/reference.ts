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
  const rows = Object.entries(keys).flatMap(([key, schema]) => [
    keyRow(key, schema),
    ...inner(schema).map(([name, one]) => keyRow(`${key}.${name}`, one)),
  ]);
  return `| key | default | means |\n|---|---|---|\n${rows.join('')}`;
}

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

/** The keys of a map, or of the items of a list, that are the template's own. */
function inner(schema: JsonObject): [string, JsonObject][] {
  const items = schema['items'] as JsonObject | undefined;
  const properties = (schema['properties'] ?? items?.['properties'] ?? {}) as Readonly<Record<string, Json>>;
  return schema === keys['spec'] ? [] : Object.entries(properties).map(([name, one]) => [name, one as JsonObject]);
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
  ['nodes', 'operators, names and values in it'],
  ['depth', 'calls, indexes and parentheses in one another'],
  ['nesting', 'loops (`map`, `all` …) in one another'],
  ['steps', 'steps of one evaluation: operators, elements of loops, pieces of 16 characters that are looked at'],
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
