import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {templateSchema} from '../../../scripts/generate/schema/template.ts';
import {isList, isObject, type Json, type JsonObject} from '../../../src/core/json.ts';
import {readTemplate} from '../../../src/core/template/read.ts';
import {templateKeys} from '../../../src/core/template/keys.ts';
import {parseYaml} from '../../../src/core/yaml.ts';
import {goodTemplates, structuralMistakes} from './schema-cases.ts';

const schema = templateSchema();
const validate = new Ajv2020({allErrors: false, strictTypes: false}).compile(schema);

/** What the schema complains of, for a test's message; empty for a document that it accepts. */
function complaintsOf(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({instancePath, message}) => `${instancePath} ${message}`);
}

function parsed(text: string): Json {
  const [document] = parseYaml(text);
  if (document === undefined || document.faults.length > 0) throw new Error(`no YAML: ${text}`);
  return document.value;
}

/** The codes of the loader's faults; empty for a template that it accepts. */
function faultsOf(text: string): readonly string[] {
  const {entry} = readTemplate(text, {name: 'agent', format: 'template', source: 't.yaml'});
  return entry.kind === 'broken' ? entry.faults.map(({code}) => code) : [];
}

function examples(folder: string): [string, string][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [name, templateIn(readFileSync(path.join(folder, name), 'utf8'))]);
}

function templateIn(text: string): string {
  const value = parsed(text);
  const data = isObject(value) ? value['data'] : undefined;
  return isObject(data) ? String(data['template']) : text;
}

const good: [string, string][] = [
  ...examples('examples/templates'),
  ...examples('examples/parameters/templates'),
  ...goodTemplates.map((text, index): [string, string] => [`good template ${index + 1}`, text]),
];

describe('what the loader accepts', () => {
  test.each(good)('%s is accepted by both', (_, text) => {
    expect(faultsOf(text)).toEqual([]);
    expect(complaintsOf(parsed(text))).toEqual([]);
  });
});

describe('what the loader refuses for its structure', () => {
  test.each(structuralMistakes)('%s is refused by both', (_, text) => {
    expect(faultsOf(text)).not.toEqual([]);
    expect(complaintsOf(parsed(text))).not.toEqual([]);
  });
});

test('each key of a template has its schema, with a description', () => {
  const {properties} = schema as {properties: Readonly<Record<string, {description?: string}>>};
  expect(Object.keys(properties)).toEqual(['$schema', ...templateKeys]);
  for (const {description} of Object.values(properties)) expect(description).toMatch(/\.$/);
});

test('the schema is one that a strict validator takes', () => {
  expect(new Ajv2020().validateSchema(schema)).toBe(true);
});

/** Faults that a schema can see: they concern one value and what stands directly under it. */
const structural: ReadonlySet<string> = new Set([
  'unknownKey',
  'wrongType',
  'missingKey',
  'unknownPattern',
  'unknownType',
  'misplacedWord',
  'badPosition',
  'badQuantity',
  'specKey',
]);

interface Mutation {
  readonly document: JsonObject;
  readonly at: readonly (string | number)[];
}

const values: fc.Arbitrary<Json> = fc.constantFrom<Json>(null, true, 7, 1.5, 'text', '100m', [], {}, ['text'], {zzz: 1});

/** A right template with one value replaced, one key added or one taken away, anywhere in it. */
const mutations: fc.Arbitrary<Mutation> = fc
  .constantFrom(...good.map(([, text]) => parsed(text) as JsonObject))
  .chain((document) => fc.constantFrom(...places(document)).map((at) => ({document, at})))
  .chain(({document, at}) =>
    fc.oneof(
      values.map((value) => ({document: replaced(document, at, () => value) as JsonObject, at})),
      fc.constant({
        document: replaced(document, at, (value) => (isObject(value) ? {...value, zzz: 1} : value)) as JsonObject,
        at,
      }),
      fc.constant({document: replaced(document, at, () => undefined) as JsonObject, at}),
    ),
  );

test('a change anywhere in a right template is refused by the schema when its structure is wrong, and never when the loader takes it', () => {
  const mix = {accepted: 0, structure: 0, other: 0};
  fc.assert(
    fc.property(mutations, ({document}) => {
      const text = JSON.stringify(document);
      const codes = faultsOf(text);
      const complaints = complaintsOf(JSON.parse(text));
      if (codes.length === 0) {
        mix.accepted += 1;
        expect(complaints).toEqual([]);
      } else if (codes.some((code) => structural.has(code))) {
        mix.structure += 1;
        expect({codes, complaints}).not.toMatchObject({complaints: []});
      } else {
        mix.other += 1;
      }
    }),
    {numRuns: 2000, seed: 5},
  );
  // Each side of the law must be tried often, or it says nothing.
  expect(mix.accepted).toBeGreaterThan(200);
  expect(mix.structure).toBeGreaterThan(500);
});

/** The way to each value of a document but itself. */
function places(value: Json, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  const own = at.length === 0 ? [] : [at];
  if (isList(value)) return [...own, ...value.flatMap((item, index) => places(item, [...at, index]))];
  if (isObject(value)) return [...own, ...Object.entries(value).flatMap(([key, item]) => places(item ?? null, [...at, key]))];
  return own;
}

/** The document with the value there replaced, or left out for undefined. */
function replaced(value: Json, [head, ...rest]: readonly (string | number)[], by: (value: Json) => Json | undefined): Json {
  const change = (item: Json): Json | undefined => (rest.length === 0 ? by(item) : replaced(item, rest, by));
  if (isList(value))
    return value.map((item, index) => (index === head ? change(item) : item)).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json | undefined] => [
    key,
    key === head ? change(item ?? null) : item,
  ]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}
