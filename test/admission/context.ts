import {expect} from 'vitest';
import {handleReview, type HandleContext, type ReviewLog} from '../../src/admission/handle.ts';
import type {JsonObject} from '../../src/core/json.ts';
import {responseOf, reviewOf, type ReviewResponse} from '../helpers/review.ts';
import {snapshot} from '../helpers/templates.ts';

const agent = `pattern: sidecar
containers:
- name: agent
  image: agent:1
  env: [{name: TOKEN, value: template-secret}]
  volumeMounts: [{name: logs, mountPath: /logs}]
volumes: [{name: logs, emptyDir: {}}]
app:
  containers: ["*"]
  env: [{name: LOG_DIR, value: /logs}]
  volumeMounts: [{name: logs, mountPath: /logs}]
`;

/** What the tests' reviews are answered from. */
export const context: HandleContext = {
  templates: snapshot({agent, setup: 'pattern: init\ninitContainers: [{name: setup, image: setup:1}]\n'}),
  namespaceOf: (name) =>
    name === 'injected'
      ? {name, labels: {'pod-injector.dev/injection': 'enabled'}, annotations: {'pod-injector.dev/inject': 'agent'}}
      : undefined,
};

export interface Reviewed {
  readonly status: number;
  readonly text: string;
  readonly response: ReviewResponse;
  readonly log: ReviewLog;
}

/** Answers a review, which must be answered as one. */
export function answer(review: unknown, from = context): Reviewed {
  const {status, body, log} = handleReview(review, from);
  expect(status).toBe(200);
  return {status, text: body, response: responseOf(body), log};
}

/** Reviews the creation of the object, with these fields of the request. */
export function admit(object: JsonObject, request: JsonObject = {}, from = context): Reviewed {
  return answer(reviewOf(object, request), from);
}
