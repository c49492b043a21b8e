import {canonical, digest} from '../canonical.ts';
import {asList, asObject, field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import type {Native, Pattern, Placement, Template} from '../template.ts';
import {unescaped} from './expression.ts';

/** What a template's document comes to, once it was found right: defaults filled in, frozen, with its hash. Never throws. */
export function templateOf(document: JsonObject, {name, format, source}: Origin): Template {
  // The legacy format had no expressions, so nothing to escape.
  const content = tidy(document, format === 'template' ? unescaped : (text) => text);
  const description = field(content, 'description');
  const app = asObject(field(content, 'app'));
  const metadata = asObject(field(content, 'metadata'));
  const added = {
    pattern: (field(content, 'pattern') ?? 'sidecar') as Pattern,
    required: field(content, 'required') !== false,
    position: (field(content, 'position') ?? 'last') as Placement,
    native: (field(content, 'native') ?? 'never') as Native,
    containers: objects(content, 'containers'),
    initContainers: objects(content, 'initContainers'),
    volumes: objects(content, 'volumes'),
    app: {
      containers: (field(app, 'containers') ?? ['*']) as readonly string[],
      initContainers: (field(app, 'initContainers') ?? []) as readonly string[],
      env: objects(app, 'env'),
      envFrom: objects(app, 'envFrom'),
      volumeMounts: objects(app, 'volumeMounts'),
    },
    metadata: {
      labels: asObject(field(metadata, 'labels')) ?? {},
      annotations: asObject(field(metadata, 'annotations')) ?? {},
    },
    spec: asObject(field(content, 'spec')) ?? {},
  };
  return frozen({
    name,
    ...added,
    parameters: new Map(),
    ambassador: [],
    ...(typeof description === 'string' ? {description} : {}),
    hash: digest(canonical(added), hashDigits),
    source,
  });
}

interface Origin {
  readonly name: string;
  readonly format: 'template' | 'legacy';
  readonly source: string;
}

/** Of the SHA-256; enough to tell versions of one template apart, and short in the status of each pod. */
const hashDigits = 12;

function objects(parent: JsonObject | undefined, key: string): readonly JsonObject[] {
  return asList(field(parent, key)) as readonly JsonObject[];
}

/** A copy without null fields, which are absent ones to Go's JSON decoder, and with each string rewritten. */
function tidy(value: JsonObject, rewrite: (text: string) => string): JsonObject {
  const fields = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  // fromEntries defines fields, so `__proto__` stays data.
  return Object.fromEntries(fields.map(([key, item]) => [key, tidyValue(item as Json, rewrite)]));
}

function tidyValue(value: Json, rewrite: (text: string) => string): Json {
  if (typeof value === 'string') return rewrite(value);
  if (isList(value)) return value.map((item) => tidyValue(item, rewrite));
  return isObject(value) ? tidy(value, rewrite) : value;
}

function frozen<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) frozen(item);
  return Object.freeze(value);
}
