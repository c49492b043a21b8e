import type {Fault} from '../core/errors.ts';
import {asObject, asString, field, type JsonObject} from '../core/json.ts';
import type {ApiRequest} from './client.ts';

/** What RBAC must allow for a request: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
export interface AccessRule {
  /** '' is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name?: string;
  /** Absent for what belongs to the whole cluster, and for a list over all namespaces. */
  readonly namespace?: string;
}

/** The rule that a request to the API needs; undefined for a path that is no resource, as `/version`. Pure. */
export function accessRule({method = 'GET', path, query}: ApiRequest): AccessRule | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const group = parts[0] === 'apis' ? parts[1] : parts[0] === 'api' ? '' : undefined;
  if (group === undefined) return undefined;
  const rest = parts.slice(group === '' ? 2 : 3);
  // `/namespaces/NAME` is the Namespace itself, `/namespaces/NAME/RESOURCE` what is in it.
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1] : undefined;
  const [resource, name, subresource] = namespace === undefined ? rest : rest.slice(2);
  if (resource === undefined) return undefined;
  const reads = query?.['watch'] === true ? 'watch' : name === undefined ? 'list' : 'get';
  return {
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    verb: {GET: reads, POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete'}[method],
    ...(name === undefined ? {} : {name}),
    ...(namespace === undefined ? {} : {namespace}),
  };
}

/**
 * The fault of an answer that is no success. `body` is the parsed answer, a Kubernetes Status where the API server itself spoke.
 * Codes: `apiForbidden` (names the missing RBAC rule), `apiUnauthorized`, `apiNotFound`, `apiConflict`, `apiGone` (410: the
 * resource version is too old), `apiBusy` (429), `apiFailed`. Pure.
 */
export function answerFault(request: ApiRequest, status: number, body: JsonObject | undefined, text = ''): Fault {
  const words = cut(asString(field(body, 'message')) ?? (text === '' ? 'no message' : text));
  const what = `${request.method ?? 'GET'} ${request.path}`;
  switch (status) {
    case 401:
      return {
        code: 'apiUnauthorized',
        message: `the API server does not accept the credentials for ${what} (${words})`,
        fix: 'check the service account token, or the user of the kubeconfig',
      };
    case 403:
      return {code: 'apiForbidden', message: `the API server forbids ${what} (${words})`, fix: forbiddenFix(accessRule(request))};
    case 404:
      return {code: 'apiNotFound', message: `${what}: ${words}`};
    case 409:
      return {code: 'apiConflict', message: `${what}: ${words}`};
    case 410:
      return {code: 'apiGone', message: `${what}: ${words}`};
    case 429:
      return {code: 'apiBusy', message: `the API server is too busy for ${what} (${words})`};
    default:
      return {code: 'apiFailed', message: `the API server answered ${what} with status ${status} (${words})`};
  }
}

/** The HTTP status that a Status object carries: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function statusCodeOf(status: unknown): number {
  const code = field(asObject(status), 'code');
  return typeof code === 'number' ? code : 500;
}

function forbiddenFix(rule: AccessRule | undefined): string {
  if (rule === undefined) return 'allow it by RBAC';
  const where = rule.namespace === undefined ? 'a ClusterRole' : `a Role in namespace ${rule.namespace}`;
  return `allow it in ${where}: {apiGroups: ["${rule.group}"], resources: [${rule.resource}], verbs: [${rule.verb}]}`;
}

const maxWords = 300;

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= maxWords ? line : `${line.slice(0, maxWords)}…`;
}
