import {canonical, digest} from '../canonical.ts';
import {asObject, field, withoutField, type Json, type JsonObject} from '../json.ts';
import type {Content} from './content.ts';
import type {Hole} from './hole.ts';

/**
 * The first 12 hexadecimal digits of the SHA-256 of all that decides what a template adds: enough to tell versions of one template
 * apart, and short in the status of each pod. A key that stands at its default is left out, so that a template of an older format
 * keeps its hash.
 * @param document as it was written.
 */
export function hashOf(content: Content, document: JsonObject, holes: readonly Hole[]): string {
  const {native, ambassador: _, adapter: __, app, ...rest} = content;
  const added: Record<string, unknown> = {
    ...rest,
    app: app.initContainers.length === 0 ? withoutField(app, 'initContainers') : app,
  };
  if (native !== 'never') added['native'] = native;
  for (const key of ['ambassador', 'adapter', 'when'] as const) {
    const value = field(document, key) ?? null;
    if (value !== null) added[key] = value;
  }
  const parameters = Object.entries(asObject(field(document, 'parameters')) ?? {}).map(([name, declared]): [string, Json] => [
    name,
    withoutField(asObject(declared) ?? {}, 'description'),
  ]);
  if (parameters.length > 0) added['parameters'] = Object.fromEntries(parameters);
  // The text `${params.x}` is not the expression of that text.
  if (holes.length > 0) added['expressions'] = holes.map(({path}) => path.join('\0'));
  return digest(canonical(added as JsonObject), hashDigits);
}

const hashDigits = 12;
