import type {Fault} from '../core/errors.ts';
import {asList, asObject, asString, field, isObject, type JsonObject} from '../core/json.ts';
import type {ApiClient, ApiRequest} from './client.ts';

/** A collection at one moment. */
export interface Listed {
  readonly items: readonly JsonObject[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

/**
 * Lists a collection in pages, as it is now and not as a cache has it. Items carry no `kind`, as the API server sends them.
 * @returns the list, or why there is none; codes of ApiAnswer. Never rejects. Source:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function listAll(client: ApiClient, request: ApiRequest): Promise<Listed | {readonly fault: Fault}> {
  const items: JsonObject[] = [];
  let next: string | undefined;
  let restarts = 0;
  for (;;) {
    const query = {...request.query, limit: pageSize, ...(next === undefined ? {} : {continue: next})};
    const answer = await client.request({timeoutMs: listTimeoutMs, ...request, query});
    if (answer.kind === 'failed') {
      // The pages were forgotten on the way: from the start.
      if (answer.status !== 410 || next === undefined || restarts >= maxRestarts) return {fault: answer.fault};
      restarts += 1;
      next = undefined;
      items.length = 0;
      continue;
    }
    const metadata = asObject(field(answer.body, 'metadata'));
    items.push(...asList(field(answer.body, 'items')).filter(isObject));
    next = asString(field(metadata, 'continue')) || undefined;
    if (next === undefined) return {items, resourceVersion: asString(field(metadata, 'resourceVersion')) ?? '0'};
  }
}

const pageSize = 500;
const maxRestarts = 3;
const listTimeoutMs = 30_000;
