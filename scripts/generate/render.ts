import type {Json} from '../../src/core/json.ts';
import type {Tables} from './openapi.ts';

/** The text of types.generated.ts; the same tables give the same bytes. */
export function renderTypes(version: string, {types, unions}: Tables): string {
  return `// Generated from the OpenAPI and the Go types of Kubernetes ${version} by \`npm run generate -- --version ${version}\`. Do not edit.

/** The Kubernetes version that the tables are taken from. */
export const kubernetesVersion = '${version}';

/**
 * Each type that a pod template may hold: field → its type in short notation, which schema.ts reads.
 * \`T{}\` map of T; \`T[a,b]\` list with these merge keys, \`|retainKeys\` when an item keeps only the fields of a patch;
 * \`T[*]\` set; \`T[]\` atomic list; then \`!\` required; \`?\` zero (or {}) differs from absent; \`~\` the API keeps an
 * explicit zero, which means the same as absent; \`=JSON\` the OpenAPI's default.
 */
export const types: {readonly [type: string]: {readonly [field: string]: string}} = {
${[...types].map(([name, fields]) => `  ${name}: {\n${[...fields].map(([key, text]) => `    ${property(key)}: ${quote(text)},\n`).join('')}  },\n`).join('')}};

/** Fields of which the API allows one at a time. */
export const unions: {readonly [type: string]: readonly (readonly string[])[]} = {
${[...unions].map(([name, groups]) => `  ${name}: [\n${groups.map((members) => `    [\n${wrap(members.map(quote))}    ],\n`).join('')}  ],\n`).join('')}};
`;
}

/** The text of defaults.generated.ts. */
export function renderDefaults(
  version: string,
  defaults: ReadonlyMap<string, ReadonlyMap<string, Json>>,
  tokenVolume: Json,
  tolerations: Json,
): string {
  return `// Read off a Kubernetes ${version} API server by \`npm run generate -- --version ${version} --kubeconfig FILE\`. Do not edit.
import type {Json, JsonObject} from '../json.ts';

/** The Kubernetes version of the API server that filled these in. */
export const defaultsVersion = '${version}';

/** What the API server fills into a field that is absent, whatever else the object holds: type → field → value. */
export const serverDefaults: {readonly [type: string]: {readonly [field: string]: Json}} = {
${[...defaults].map(([type, fields]) => `  ${type}: {\n${[...fields].map(([key, value]) => `    ${property(key)}: ${literal(value, 4)},\n`).join('')}  },\n`).join('')}};

/** The volume that the ServiceAccount admission plugin adds to each pod, less its name, which is random after \`kube-api-access-\`. */
export const tokenVolume: JsonObject = ${literal(tokenVolume, 0)};

/** What the DefaultTolerationSeconds admission plugin adds to each pod. */
export const defaultTolerations: readonly JsonObject[] = ${literal(tolerations, 0)};
`;
}

function literal(value: Json, indent: number): string {
  const flat = oneLine(value);
  if (flat.length < 100 || typeof value !== 'object' || value === null) return flat;
  const pad = ' '.repeat(indent + 2);
  const close = ' '.repeat(indent);
  if (Array.isArray(value)) return `[\n${value.map((item: Json) => `${pad}${literal(item, indent + 2)},\n`).join('')}${close}]`;
  return `{\n${Object.entries(value)
    .map(([key, item]) => `${pad}${property(key)}: ${literal(item as Json, indent + 2)},\n`)
    .join('')}${close}}`;
}

function oneLine(value: Json): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${property(key)}: ${oneLine(item as Json)}`)
    .join(', ')}}`;
}

function wrap(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 110) lines[lines.length - 1] = `${last} ${word},`;
    else lines.push(`      ${word},`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function property(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : quote(key);
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
