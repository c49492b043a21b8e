import {asList, asObject, field, isList, isObject, type Json, type JsonObject} from '../json.ts';
import type {Native, Pattern, Placement, Template} from '../template.ts';
import {readAdapter} from './adapter.ts';
import {readAmbassadors} from './ambassador.ts';
import {frozen} from './frozen.ts';

/** What a template adds to a pod, and how: all of it that its document alone decides. */
export type Content = Omit<Template, 'name' | 'description' | 'parameters' | 'hash' | 'source' | 'program'>;

/** What a document without holes comes to, once it was found right: defaults filled in, frozen. Never throws. */
export function contentOf(document: JsonObject): Content {
  const content = tidy(document);
  const app = asObject(field(content, 'app'));
  const metadata = asObject(field(content, 'metadata'));
  const adapter = readAdapter(content);
  return frozen({
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
    ambassador: readAmbassadors(content),
    ...(adapter === undefined ? {} : {adapter}),
    metadata: {
      labels: asObject(field(metadata, 'labels')) ?? {},
      annotations: asObject(field(metadata, 'annotations')) ?? {},
    },
    spec: asObject(field(content, 'spec')) ?? {},
  });
}

function objects(parent: JsonObject | undefined, key: string): readonly JsonObject[] {
  return asList(field(parent, key)) as readonly JsonObject[];
}

/** A copy without null fields, which are absent ones to Go's JSON decoder. */
function tidy(value: JsonObject): JsonObject {
  const fields = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  // fromEntries defines fields, so `__proto__` stays data.
  return Object.fromEntries(fields.map(([key, item]) => [key, tidyValue(item as Json)]));
}

function tidyValue(value: Json): Json {
  if (isList(value)) return value.map(tidyValue);
  return isObject(value) ? tidy(value) : value;
}
