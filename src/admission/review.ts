import type {Fault} from '../core/errors.ts';
import {asObject, asString, isObject, withField, type JsonObject} from '../core/json.ts';

/** The one version of AdmissionReview that is read and answered. */
export const reviewApiVersion = 'admission.k8s.io/v1';

/**
 * What is read of an AdmissionRequest. Source:
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
 */
export interface AdmissionRequest {
  readonly uid: string;
  /** The object's kind as the webhook is registered for it. */
  readonly kind: string;
  readonly operation: string;
  readonly subResource: string;
  /** The namespace of the request: a pod's own is often empty. */
  readonly namespace: string;
  /** Empty under `generateName`. */
  readonly name: string;
  readonly dryRun: boolean;
  /** Null on DELETE. */
  readonly object: JsonObject | undefined;
  readonly oldObject: JsonObject | undefined;
}

/** A parsed body as an AdmissionRequest, or what is wrong with it. Faults: `notAReview`, `unsupportedVersion`, `noRequest`, `noUid`. */
export function readReview(body: unknown): AdmissionRequest | Fault {
  if (!isObject(body) || body['kind'] !== 'AdmissionReview') {
    return {
      code: 'notAReview',
      message: 'the body is no AdmissionReview',
      fix: `send kind AdmissionReview of ${reviewApiVersion} with a request`,
    };
  }
  if (body['apiVersion'] !== reviewApiVersion) {
    return {
      code: 'unsupportedVersion',
      message: `AdmissionReview is of version ${JSON.stringify(body['apiVersion'] ?? '')}, and only ${reviewApiVersion} is answered`,
      fix: 'set admissionReviewVersions: [v1] in the webhook configuration',
      path: '/apiVersion',
    };
  }
  const request = asObject(body['request']);
  if (request === undefined)
    return {
      code: 'noRequest',
      message: 'the AdmissionReview has no request',
      fix: 'send one with a request, as the API server does',
      path: '/request',
    };
  const uid = request['uid'];
  if (typeof uid !== 'string' || uid === '') {
    return {
      code: 'noUid',
      message: 'the request has no uid, and an answer must repeat it',
      fix: 'set request.uid to a string',
      path: '/request/uid',
    };
  }
  const object = asObject(request['object']);
  return {
    uid,
    kind: asString(asObject(request['kind'])?.['kind']) ?? '',
    operation: asString(request['operation']) ?? '',
    subResource: asString(request['subResource']) ?? '',
    namespace: asString(request['namespace']) || (asString(asObject(object?.['metadata'])?.['namespace']) ?? ''),
    name: asString(request['name']) ?? '',
    dryRun: request['dryRun'] === true,
    object: object === undefined ? undefined : withType(object, request),
    oldObject: asObject(request['oldObject']),
  };
}

/** The API server sends objects with their type; one that lacks it gets that of the request. */
function withType(object: JsonObject, request: JsonObject): JsonObject {
  const kind = asObject(request['kind']);
  if (object['kind'] !== undefined || kind === undefined) return object;
  const group = asString(kind['group']) ?? '';
  const version = asString(kind['version']) ?? '';
  return withField(
    withField(object, 'apiVersion', group === '' ? version : `${group}/${version}`),
    'kind',
    asString(kind['kind']) ?? '',
  );
}
