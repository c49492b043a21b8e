import type {Fault} from '../core/errors.ts';

/** A request that gets a Kubernetes Status instead of a review, which is how its message reaches the user. */
export interface RequestFault {
  /** HTTP status. */
  readonly status: number;
  readonly fault: Fault;
}

/** Every request fault but those of a review's own content: code → its HTTP status and its one sentence. */
const table = {
  noPath: [404, 'there is no such path here', 'use POST /mutate or POST /validate'],
  wrongMethod: [405, 'this path takes no other method', 'use POST'],
  wrongContentType: [415, 'the content type is not application/json', 'send an AdmissionReview of admission.k8s.io/v1 as JSON'],
  malformedJson: [400, 'the body is not valid JSON', 'send an AdmissionReview of admission.k8s.io/v1'],
  malformedRequest: [400, 'this is not a valid HTTP/1.1 request', undefined],
  clientLeft: [400, 'the client left before the body was complete', undefined],
  requestTimeout: [408, 'the request was not complete in time', undefined],
  bodyTooLarge: [413, 'the body is longer than any that the API server sends', undefined],
  tooManyLargeBodies: [429, 'too many large requests are waiting', 'try again in a second'],
  internal: [500, 'the injector failed on this request', 'see its log'],
} as const;
export type RequestFaultCode = keyof typeof table;

/** The fault of that code; `detail` is put after its sentence and must hold nothing of the body. */
export function requestFault(code: RequestFaultCode, detail = ''): RequestFault {
  const [status, sentence, fix] = table[code];
  return {status, fault: {code, message: sentence + detail, ...(fix === undefined ? {} : {fix})}};
}
