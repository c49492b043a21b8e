import {cli, type Result} from '../helpers/cli.ts';

/** A template's ConfigMap; `made` is when. */
export function templateText(name: string, lines = '', made?: string): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: pod-injector${made === undefined ? '' : `\n  creationTimestamp: "${made}"`}
  labels: {pod-injector.dev/template: "true"}
data:
  template: |
    pattern: sidecar
    containers: [{name: ${name}, image: "${name}:1"}]
${lines}`;
}

/** A Deployment `web` in `shop`: metadata of its own and of its pod template as flow YAML, and lines of its pods' spec. */
export function deploymentText({own = '', pod = '', spec = ''} = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop${own === '' ? '' : `, ${own}`}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {${pod}}
    spec:
${spec}      containers: [{name: web, image: "web:1"}]
`;
}

/** A Pod `web` in `shop`. */
export function podText(metadata: string, spec = '[{name: web, image: "web:1"}]'): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, ${metadata}}\nspec: {containers: ${spec}}\n`;
}

/** The injector's webhook configuration, with what its entries have besides. */
export function webhookText(made: string, {authority = 'Q0E=', selector = ''} = {}): string {
  const entries = ['namespaces', 'objects'].map(
    (name) => `- name: ${name}.pod-injector.dev
  clientConfig: {service: {namespace: pod-injector, name: x}, caBundle: "${authority}"}
  namespaceSelector:
    ${selector}
    matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, pod-injector]}]
`,
  );
  return `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: pod-injector, creationTimestamp: "${made}"}
webhooks:
${entries.join('')}`;
}

/** What `explain` says of documents, the template `agent` among them unless others are given. */
export async function explainFiles(
  documents: readonly string[],
  {templates = [templateText('agent')], flags = []}: {templates?: readonly string[]; flags?: readonly string[]} = {},
): Promise<Result> {
  const files = {'-': [...documents, ...templates].join('---\n')};
  return await cli(['explain', '-f', '-', ...flags], {files});
}

/** An explanation of `-o json`. */
export interface Explained {
  readonly verdict: string;
  readonly problem: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly fix?: string;
  readonly name: string;
  readonly decidedBy: readonly unknown[];
  readonly templates: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly code?: string;
    readonly added: readonly string[];
    readonly moved: readonly string[];
    readonly kept: readonly string[];
  }[];
  readonly notes: readonly {readonly code: string; readonly message: string}[];
  readonly podsWithout: readonly unknown[];
}

/** The same for programs, in its order. */
export async function explained(
  documents: readonly string[],
  options: Parameters<typeof explainFiles>[1] = {},
): Promise<readonly Explained[]> {
  const {out} = await explainFiles(documents, {...options, flags: ['-o', 'json', ...(options.flags ?? [])]});
  return JSON.parse(out) as Explained[];
}
