import jsonpatch, {type Operation} from 'fast-json-patch';
import type {Json, JsonObject} from '../../src/core/json.ts';

/** An AdmissionReview as an API server sends it for the creation of the object. */
export function reviewOf(object: JsonObject, request: JsonObject = {}): JsonObject {
  const apiVersion = String(object['apiVersion']);
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const metadata = object['metadata'] as JsonObject;
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: {group, version, kind: object['kind']} as JsonObject,
      resource: {group, version, resource: `${String(object['kind']).toLowerCase()}s`} as JsonObject,
      ...(metadata['name'] === undefined ? {} : {name: metadata['name']}),
      namespace: metadata['namespace'] ?? 'default',
      operation: 'CREATE',
      userInfo: {username: 'admin', groups: ['system:authenticated']},
      object,
      oldObject: null,
      dryRun: false,
      options: {apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions'},
      ...request,
    },
  };
}

/** The answer's part that counts. */
export interface ReviewResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly status?: {readonly code: number; readonly reason: string; readonly message: string};
}

/** The response in the text of an AdmissionReview. */
export function responseOf(text: string): ReviewResponse {
  return (JSON.parse(text) as {response: ReviewResponse}).response;
}

/** The operations of an answer's patch; none where it has none. */
export function operationsOf(response: ReviewResponse): Operation[] {
  return response.patch === undefined ? [] : (JSON.parse(Buffer.from(response.patch, 'base64').toString()) as Operation[]);
}

/** The object as the API server makes it from the answer: an RFC 6902 patch, each operation checked. */
export function patched(object: JsonObject, response: ReviewResponse): JsonObject {
  const copy = structuredClone(object) as Json;
  return jsonpatch.applyPatch(copy, operationsOf(response), true, true, false).newDocument as JsonObject;
}
