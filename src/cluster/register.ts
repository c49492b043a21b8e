import {createHash, randomBytes} from 'node:crypto';
import {hostname} from 'node:os';
import {injectKey} from '../core/annotations.ts';
import {formatFault, type Fault} from '../core/errors.ts';
import {asObject, field, type JsonObject} from '../core/json.ts';
import type {ApiClient} from './client.ts';
import type {ClusterLog} from './cluster-log.ts';
import {createConditions, type Condition} from './condition.ts';
import {createWorkQueue, type Pace, type WorkResult} from './queue.ts';
import {systemNamespaces, webhookConfiguration, type RegistrationOptions} from './registration.ts';
import {templateWebhookConfiguration} from './template-registration.ts';
import {collectionOf, spokenConfiguration, type WebhookKind} from './webhook-configuration.ts';

/** Which address the API server shall call, and whom it shall trust there. */
export interface RegistrationPlan {
  readonly client: ApiClient;
  /** From readRegisterUrl. */
  readonly url: URL;
  /** The authority that signed our certificate, as PEM; undefined when it is not known. */
  readonly ca: string | undefined;
  /** Excluded like the system's. */
  readonly ownNamespace: string;
  readonly log: ClusterLog;
  /** A number from 0 up to 1. */
  readonly random: () => number;
  /** The time in milliseconds by a clock that is never set. */
  readonly monotonicMs: () => number;
  readonly queuePace?: Partial<Pace>;
}

/** This process as a cluster's webhook, for as long as it runs. */
export interface Registration {
  /** Of the MutatingWebhookConfiguration and of the ValidatingWebhookConfiguration. */
  readonly name: string;
  /** For readiness: good once the API server has called us. */
  readonly check: Condition;
  /** To be told of each review that was answered, by the fields of its log line. */
  saw(review: {readonly name: string; readonly dryRun: boolean}): void;
  /** After a change of the certificate. */
  setAuthority(ca: string | undefined): void;
  /** Takes the configurations back; before the server stops answering. Never rejects. */
  stop(): Promise<void>;
}

/**
 * The address that `--register-url` names, or undefined for what the API server would refuse: it must be https and may have neither
 * user nor query nor fragment (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#url).
 * Without a path it gets `/mutate`. Pure.
 */
export function readRegisterUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return undefined;
  if (url.pathname === '/') url.pathname = '/mutate';
  return url;
}

/**
 * Registers this process as the cluster's webhook, for pods and for templates, under a name that the same address on the same
 * machine gets again, so that what a killed process left behind is used and not doubled. Then it has a pod made by a server-side dry
 * run, again and again until the API server's call has arrived: only that proves that its address and its certificate are right.
 * Never throws.
 */
export function startRegistration(plan: RegistrationPlan): Registration {
  const {client, url, ownNamespace, log} = plan;
  const stopping = new AbortController();
  // What is asked for here is not worth waiting for at the end.
  const untilStopped: Asker = {request: (request) => client.request({...request, signal: stopping.signal})};
  const name = `pod-injector-dev-${digest(`${hostname()} ${url.href}`)}`;
  const probeName = `pod-injector-probe-${randomBytes(4).toString('hex')}`;
  const conditions = createConditions<'registration'>(log);
  let authority = plan.ca;
  let registered = false;
  let called = false;

  const register = async (): Promise<WorkResult> => {
    if (authority === undefined) {
      conditions.set('registration', 'found', authorityMissing);
      return {kind: 'done'};
    }
    const fault = await putAll(untilStopped, devConfigurations(name, url, authority, ownNamespace));
    conditions.set('registration', 'found', undefined);
    conditions.set('registration', 'write', fault);
    if (fault !== undefined) return {kind: 'retry'};
    registered = true;
    log.info({configuration: name, url: url.href}, 'registered as a webhook of the cluster');
    queue.add('probe');
    return {kind: 'done'};
  };
  const probe = async (): Promise<WorkResult> => {
    if (called || !registered) return {kind: 'done'};
    const namespace = probeNamespace(client.namespace, ownNamespace);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const answer = await untilStopped.request({method: 'POST', path, query: {dryRun: 'All'}, body: probePod(probeName)});
    // Whatever came of the pod: what counts is whether we were asked, and that is known by now.
    if (isCalled()) return {kind: 'done'};
    conditions.set('registration', 'write', answer.kind === 'failed' ? answer.fault : undefined);
    return {kind: 'retry'};
  };
  // Changed by a call from outside while the request was under way, which the compiler can't see.
  const isCalled = (): boolean => called;
  const queue = createWorkQueue<'register' | 'probe'>({
    work: (key) => (key === 'register' ? register() : probe()),
    onThrow: (key, message) => log.error({key, fault: message}, 'a look at the cluster failed'),
    random: plan.random,
    monotonicMs: plan.monotonicMs,
    // A person waits for it.
    pace: {mostRetryMs: 5000, ...plan.queuePace},
  });
  queue.add('register');
  const takeBack = async (kind: WebhookKind): Promise<void> => {
    const configuration = spokenConfiguration(kind, name);
    const answer = await client.request({method: 'DELETE', path: `${collectionOf(kind)}/${name}`});
    if (answer.kind === 'ok') log.info({configuration}, 'took the registration back');
    else if (answer.status !== 404) {
      const fix = `kubectl delete ${configuration}`;
      log.error({configuration, fault: formatFault({...answer.fault, fix})}, 'the registration is still there');
    }
  };

  return {
    name,
    check: conditions.check('registration', () => {
      if (called) return undefined;
      if (!registered) return `${spokenConfiguration('mutating', name)} was not made yet`;
      return `the API server did not call ${url.href} when a pod was made; it must reach this address and trust its certificate`;
    }),
    saw(review) {
      if (called || !review.dryRun || review.name !== probeName) return;
      called = true;
      conditions.set('registration', 'write', undefined);
      log.info({configuration: name}, 'the API server calls us');
    },
    setAuthority(ca) {
      if (ca === authority) return;
      authority = ca;
      queue.add('register');
    },
    async stop() {
      stopping.abort();
      await queue.stop();
      await Promise.all(kinds.map(takeBack));
    },
  };
}

type Asker = Pick<ApiClient, 'request'>;

const authorityMissing: Fault = {
  code: 'authorityMissing',
  message: 'the API server must be told which authority signed our certificate, and it is not known',
  fix: 'put it as ca.crt beside tls.crt',
};

// The one by which the API server's first call is awaited comes last: by then it knows the other one.
const kinds = ['validating', 'mutating'] as const satisfies readonly WebhookKind[];

/** Makes or replaces the configurations. @returns why it could not, if so */
async function putAll(client: Asker, configurations: Readonly<Record<WebhookKind, JsonObject>>): Promise<Fault | undefined> {
  for (const kind of kinds) {
    const fault = await put(client, collectionOf(kind), configurations[kind]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

async function put(client: Asker, collection: string, configuration: JsonObject): Promise<Fault | undefined> {
  const metadata = asObject(field(configuration, 'metadata'));
  const path = `${collection}/${String(metadata?.['name'])}`;
  const made = await client.request({method: 'POST', path: collection, body: configuration});
  if (made.kind === 'ok') return undefined;
  if (made.status !== 409) return made.fault;
  const found = await client.request({path});
  if (found.kind === 'failed') return found.fault;
  const resourceVersion = field(asObject(field(found.body, 'metadata')), 'resourceVersion') ?? null;
  const body = {...configuration, metadata: {...metadata, resourceVersion}};
  const replaced = await client.request({method: 'PUT', path, body});
  return replaced.kind === 'ok' ? undefined : replaced.fault;
}

function devConfigurations(name: string, url: URL, ca: string, ownNamespace: string): Readonly<Record<WebhookKind, JsonObject>> {
  const labels = {'app.kubernetes.io/name': 'pod-injector', 'app.kubernetes.io/managed-by': 'pod-injector-serve'};
  const caBundle = Buffer.from(ca).toString('base64');
  const optionsAt = ({href}: URL): RegistrationOptions => ({name, labels, clientConfig: {url: href, caBundle}, ownNamespace});
  return {
    mutating: webhookConfiguration(optionsAt(url)),
    // Beside it, also where the address has a path of its own before `/mutate`.
    validating: templateWebhookConfiguration(optionsAt(new URL('validate', url))),
  };
}

/** Where pods of people are made: the context's namespace, unless nothing is injected there. */
function probeNamespace(contextNamespace: string | undefined, ownNamespace: string): string {
  const excluded: readonly string[] = [...systemNamespaces, ownNamespace];
  return contextNamespace === undefined || excluded.includes(contextNamespace) ? 'default' : contextNamespace;
}

/** A pod that is never made. Its annotation brings its review here, where it changes nothing. */
function probePod(name: string): JsonObject {
  const container = {
    name: 'probe',
    image: 'probe',
    resources: {requests: {cpu: '1m', memory: '1Mi'}, limits: {cpu: '1m', memory: '1Mi'}},
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: {drop: ['ALL']},
      seccompProfile: {type: 'RuntimeDefault'},
    },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, annotations: {[injectKey]: 'false'}},
    spec: {containers: [container], restartPolicy: 'Never', automountServiceAccountToken: false},
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
