import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {issueCertificates} from '../../../src/server/issue.ts';
import {api} from '../harness/index.ts';
import type {Pod} from './pods.ts';

/** Somebody else's mutating webhook. */
export interface OtherWebhook {
  /** How many times it was asked. */
  calls(): number;
  remove(): Promise<void>;
}

type Operation = {readonly op: 'add' | 'remove' | 'replace'; readonly path: string; readonly value?: unknown};

const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/**
 * Serves and registers a webhook for the pods of a namespace.
 * @param name decides when it is called: the API server goes through the configurations by name
 */
export async function startOtherWebhook(
  name: string,
  namespace: string,
  reinvocationPolicy: 'Never' | 'IfNeeded',
  patchOf: (pod: Pod) => readonly Operation[],
): Promise<OtherWebhook> {
  const {cert, key, ca} = await issueCertificates(Date.now());
  let calls = 0;
  const server = createServer({cert, key}, (incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      calls += 1;
      const {request} = JSON.parse(Buffer.concat(chunks).toString()) as {request: {uid: string; object: Pod}};
      const patch = Buffer.from(JSON.stringify(patchOf(request.object))).toString('base64');
      const response = {uid: request.uid, allowed: true, patch, patchType: 'JSONPatch'};
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response}));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const webhook = {
    name: 'other.example.com',
    clientConfig: {url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(ca).toString('base64')},
    rules: [{operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods']}],
    namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': namespace}},
    reinvocationPolicy,
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {name},
    webhooks: [webhook],
  };
  const made = await api(configurations, {method: 'POST', body});
  if (made.status !== 201) throw new Error(`The configuration ${name} was not made: ${JSON.stringify(made.body)}`);
  return {
    calls: () => calls,
    async remove() {
      await api(`${configurations}/${name}`, {method: 'DELETE'});
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
