import type {JsonObject} from '../../../src/core/json.ts';

/** What differs from one manifest to another. */
export interface ManifestOptions {
  readonly name?: string;
  readonly image?: string;
  readonly replicas?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the pod template. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Of a CronJob's `spec.jobTemplate`. */
  readonly jobAnnotations?: Readonly<Record<string, string>>;
}

/** The kinds whose pods a controller makes by itself, without a node. */
export const workloadKinds = [
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
  'DaemonSet',
  'Job',
  'CronJob',
] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** A manifest as an author writes it: one container `app`, and no field that has a default. */
export function manifest(kind: WorkloadKind, options: ManifestOptions = {}): JsonObject {
  const {name = kind.toLowerCase(), annotations, replicas = 1} = options;
  const metadata = withAnnotations({name}, annotations);
  const labels = {app: name};
  const selector = {matchLabels: labels};
  const template = podTemplate(labels, options);
  const job = {template: {...template, spec: {restartPolicy: 'Never', ...(template['spec'] as JsonObject)}}};
  switch (kind) {
    case 'Deployment':
    case 'ReplicaSet':
      return {apiVersion: 'apps/v1', kind, metadata, spec: {replicas, selector, template}};
    case 'StatefulSet':
      return {apiVersion: 'apps/v1', kind, metadata, spec: {replicas, serviceName: name, selector, template}};
    case 'DaemonSet':
      return {apiVersion: 'apps/v1', kind, metadata, spec: {selector, template}};
    case 'ReplicationController':
      return {apiVersion: 'v1', kind, metadata, spec: {replicas, selector: labels, template}};
    case 'Job':
      return {apiVersion: 'batch/v1', kind, metadata, spec: job};
    case 'CronJob': {
      const jobTemplate = {...withMetadata(withAnnotations({}, options.jobAnnotations)), spec: job};
      return {apiVersion: 'batch/v1', kind, metadata, spec: {schedule: '0 0 1 1 *', jobTemplate}};
    }
  }
}

/** A bare pod as an author writes it. */
export function podManifest(name: string, annotations?: Readonly<Record<string, string>>): JsonObject {
  const spec = {containers: [{name: 'app', image: 'app:1'}]};
  return {apiVersion: 'v1', kind: 'Pod', metadata: withAnnotations({name}, annotations), spec};
}

function podTemplate(labels: JsonObject, {image = 'app:1', podAnnotations}: ManifestOptions): JsonObject {
  return {metadata: withAnnotations({labels}, podAnnotations), spec: {containers: [{name: 'app', image}]}};
}

function withAnnotations(metadata: JsonObject, annotations: Readonly<Record<string, string>> | undefined): JsonObject {
  return annotations === undefined ? metadata : {...metadata, annotations};
}

function withMetadata(metadata: JsonObject): JsonObject {
  return Object.keys(metadata).length === 0 ? {} : {metadata};
}
