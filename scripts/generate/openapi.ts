import type {Json} from '../../src/core/json.ts';
import {absentMeansZero, emptyObjectMatters, unionFacts} from './facts.ts';
import type {GoFields} from './go-fields.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: Json;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-unions'?: readonly {readonly 'fields-to-discriminateBy'?: object}[];
}
type Definitions = Readonly<Record<string, Schema>>;

/** The documents that the tables are made of. */
export interface Sources {
  /** OpenAPI v2, `api/openapi-spec/swagger.json`. */
  readonly swagger: {readonly definitions: Definitions};
  /** OpenAPI v3 of core/v1, which has the defaults that v2 lacks. */
  readonly core: {readonly components: {readonly schemas: Definitions}};
  readonly go: GoFields;
}

/** A pod's types in the notation of types.generated.ts, sorted by name, and the unions of those that have one. */
export interface Tables {
  readonly types: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly unions: ReadonlyMap<string, readonly (readonly string[])[]>;
}

const root = 'io.k8s.api.core.v1.PodTemplateSpec';
const scalars: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
};

/** All types that a pod template may hold. Throws when a fact names what the sources lack. */
export function buildTables(sources: Sources): Tables {
  const names = reachable(sources.swagger.definitions);
  const unions = new Map(
    names.flatMap((name) => {
      const members = unionMembers(short(name), sources.swagger.definitions[name] as Schema);
      return members.length === 0 ? [] : [[short(name), members] as const];
    }),
  );
  for (const fact of Object.keys(unionFacts)) {
    if (!unions.has(fact)) throw new Error(`facts.ts: unionFacts names ${fact}, which no pod template holds; take it out`);
  }
  const types = new Map(names.map((name) => [short(name), fieldsOf(name, sources, unions.get(short(name)) ?? [])]));
  for (const fact of absentMeansZero) {
    const [type = '', key = ''] = fact.split('.');
    if (types.get(type)?.get(key)?.includes('~') !== true)
      throw new Error(`facts.ts: absentMeansZero names ${fact}, which is no pointer`);
  }
  return {types, unions};
}

function fieldsOf(name: string, sources: Sources, unions: readonly (readonly string[])[]): Map<string, string> {
  const schema = sources.swagger.definitions[name] as Schema;
  const type = short(name);
  const go = sources.go.get(type);
  return new Map(
    Object.entries(schema.properties ?? {}).map(([key, value]) => {
      const pointer = go?.get(key)?.pointer;
      if (pointer === undefined) throw new Error(`The Go source has no field ${type}.${key}, which the OpenAPI has`);
      const plain = value.items === undefined && value.additionalProperties === undefined;
      const named = value.$ref !== undefined && scalars[refName(value)] === undefined;
      const member = unions.some((members) => members.includes(key));
      const matters = named ? member || emptyObjectMatters.has(short(refName(value))) : pointer;
      const zero = !plain || !matters ? '' : absentMeansZero.has(`${type}.${key}`) ? '~' : '?';
      const required = schema.required?.includes(key) === true ? '!' : '';
      const fallback = sources.core.components.schemas[name]?.properties?.[key]?.default;
      // The OpenAPI states Go's zero values as defaults too; those say nothing.
      const stated = fallback === undefined || isZero(fallback) ? '' : `=${JSON.stringify(fallback)}`;
      return [key, `${notation(value)}${required}${zero}${stated}`];
    }),
  );
}

function notation(schema: Schema): string {
  if (schema.additionalProperties !== undefined) return `${notation(schema.additionalProperties)}{}`;
  if (schema.items === undefined)
    return schema.$ref === undefined ? (schema.type ?? 'any') : (scalars[refName(schema)] ?? short(refName(schema)));
  const item = notation(schema.items);
  if (schema['x-kubernetes-list-type'] === 'set') return `${item}[*]`;
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? (mergeKey === undefined ? [] : [mergeKey]);
  const retain = schema['x-kubernetes-patch-strategy']?.includes('retainKeys') === true ? '|retainKeys' : '';
  return `${item}[${keys.join(',')}${retain}]`;
}

function unionMembers(type: string, schema: Schema): readonly (readonly string[])[] {
  const stated = (schema['x-kubernetes-unions'] ?? [])
    .map((union) => Object.keys(union['fields-to-discriminateBy'] ?? {}))
    .filter((members) => members.length > 1);
  const fact = Object.hasOwn(unionFacts, type) ? unionFacts[type] : undefined;
  if (fact === undefined) return stated;
  const fields = Object.keys(schema.properties ?? {});
  const members = 'butNot' in fact ? fields.filter((key) => !fact.butNot.includes(key)) : fact;
  const unknown = members.find((key) => !fields.includes(key));
  if (unknown !== undefined) throw new Error(`facts.ts: the union of ${type} names ${unknown}, which the OpenAPI lacks`);
  return [...stated, [...members]];
}

function reachable(definitions: Definitions): string[] {
  const found = new Set([root]);
  for (const name of found) {
    for (const field of Object.values(definitions[name]?.properties ?? {})) {
      const target = [field, field.items, field.additionalProperties].find((part) => part?.$ref !== undefined);
      if (target !== undefined && scalars[refName(target)] === undefined) found.add(refName(target));
    }
  }
  const sorted = [...found].toSorted((a, b) => (short(a) < short(b) ? -1 : 1));
  const twice = sorted.find((name, index) => index > 0 && short(name) === short(sorted[index - 1] as string));
  if (twice !== undefined) throw new Error(`Two types have the short name ${short(twice)}`);
  return sorted;
}

function isZero(value: Json): boolean {
  return (
    value === '' ||
    value === 0 ||
    value === false ||
    value === null ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function refName(schema: Schema): string {
  return (schema.$ref ?? '').replace('#/definitions/', '');
}

function short(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
