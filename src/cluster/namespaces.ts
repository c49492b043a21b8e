import type {NamespaceFacts} from '../core/decide.ts';
import type {Fault} from '../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import {metadataOnly, type ApiClient} from './client.ts';
import type {LiveRead} from './live-reads.ts';

/** The collection of all namespaces. */
export const namespacesPath = '/api/v1/namespaces';

/** The object with only what is read of a namespace. */
export function keepNamespace(object: JsonObject): JsonObject {
  const metadata = asObject(field(object, 'metadata')) ?? {};
  const kept = ['name', 'uid', 'resourceVersion', 'labels', 'annotations'].flatMap((key) => {
    const value = field(metadata, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {metadata: Object.fromEntries(kept)};
}

/** Name, labels and annotations of a Namespace. */
export function namespaceFacts(object: JsonObject): NamespaceFacts {
  const metadata = asObject(field(object, 'metadata'));
  const labels = asObject(field(metadata, 'labels'));
  const annotations = asObject(field(metadata, 'annotations'));
  return {
    name: asString(field(metadata, 'name')) ?? '',
    ...(labels === undefined ? {} : {labels}),
    ...(annotations === undefined ? {} : {annotations}),
  };
}

/** Reads one namespace. `absent` where there is none. Codes of the fault: those of ApiAnswer. Never rejects. */
export async function readNamespace(
  client: ApiClient,
  name: string,
  timeoutMs?: number,
): Promise<LiveRead<NamespaceFacts> & {readonly fault?: Fault}> {
  const answer = await client.request({
    path: `${namespacesPath}/${encodeURIComponent(name)}`,
    accept: metadataOnly.object,
    ...(timeoutMs === undefined ? {} : {timeoutMs}),
  });
  if (answer.kind === 'ok') return {kind: 'found', value: namespaceFacts(answer.body)};
  return answer.status === 404 ? {kind: 'absent'} : {kind: 'failed', fault: answer.fault};
}
