import {readFile, readdir, stat} from 'node:fs/promises';
import {parseAllDocuments, type Document} from 'yaml';
import type {Io} from '../../src/cli/io.ts';
import {run} from '../../src/cli/run.ts';
import {asList, asObject, type JsonObject} from '../../src/core/json.ts';
import {loadTemplates} from '../../src/templates/files.ts';
import {median} from './numbers.ts';
import {figures, times, whole, type Section} from './report.ts';
import {templateName, templatePaths} from './reviews.ts';

/**
 * Times the command `preview` with one large file (read, inject, print with every untouched line as it was, report) against the least that a
 * program with the same YAML library can do: parse, push one container into each document, print.
 */
export async function benchPreview(deployments: number, rounds: number): Promise<Section> {
  const {snapshot} = await loadTemplates([...templatePaths]);
  const template = snapshot.get(templateName);
  const container = template?.kind === 'good' ? template.template.containers[0] : undefined;
  if (container === undefined) throw new Error(`there is no good template ${templateName}`);
  const text = Array.from({length: deployments}, (_, index) => deployment(index)).join('---\n');
  checkResult(await preview(text), deployments);
  bareMinimum(text, container);
  const bareMs: number[] = [];
  const previewMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bareMs.push(await timeMs(() => bareMinimum(text, container)));
    previewMs.push(await timeMs(() => preview(text)));
  }
  const ratios = previewMs.map((ms, index) => ms / (bareMs[index] ?? Number.NaN));
  const bytes = Buffer.byteLength(text);
  return {
    title: 'preview',
    text: `${whole(deployments)} Deployments in one YAML file of ${whole(bytes)} bytes, each of them injected; medians of ${rounds} rounds in turns, in a warm process.`,
    columns: ['program', 'ms', 'ratio'],
    rows: [
      ['yaml: parse, push a container, print', figures(median(bareMs)), times(1)],
      ['pod-injector preview: read, inject, print in place', figures(median(previewMs)), times(median(ratios))],
    ],
    goals: [{name: 'preview against the bare library', ratio: median(ratios), limit: 1.5}],
    raw: {deployments, bytes, bareMs, previewMs},
  };
}

/** The command itself, from its words to its output; just the file is in memory. */
async function preview(text: string): Promise<string> {
  const bytes = Buffer.from(text);
  let out = '';
  let err = '';
  const io: Io = {
    read: async (file) => (file === '-' ? bytes : await readFile(file)),
    isFolder: async (file) => (await stat(file)).isDirectory(),
    list: (folder) => readdir(folder),
    out: async (part) => void (out += part),
    err: (part) => void (err += part),
    env: {},
    isOutTerminal: false,
    isErrTerminal: false,
  };
  const templates = templatePaths.flatMap((templatePath) => ['-t', templatePath]);
  const code = await run(['preview', '-f', '-', ...templates], io, () => Promise.reject(new Error('nothing is served here')));
  if (code !== 0) throw new Error(`preview ended with ${code}: ${err.slice(0, 500)}`);
  return out;
}

function bareMinimum(text: string, container: JsonObject): string {
  const documents = parseAllDocuments(text) as Document[];
  return documents
    .map((document) => {
      document.addIn(['spec', 'template', 'spec', 'containers'], document.createNode(container));
      return document.toString();
    })
    .join('');
}

function checkResult(text: string, deployments: number): void {
  const injected = (parseAllDocuments(text) as Document[]).filter((document) => {
    const containers = asList(
      asObject(asObject(asObject((document.toJS() as JsonObject)['spec'])?.['template'])?.['spec'])?.['containers'],
    );
    return containers.some((item) => asObject(item)?.['name'] === templateName);
  });
  if (injected.length !== deployments) throw new Error(`${injected.length} of ${deployments} Deployments were injected`);
}

async function timeMs(call: () => unknown): Promise<number> {
  const startMs = performance.now();
  await call();
  return performance.now() - startMs;
}

/** A Deployment as people write them: about 1.2 kB, with a comment and a flow list. */
function deployment(index: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-${index}
  namespace: shop
  labels:
    app.kubernetes.io/name: service-${index}
    app.kubernetes.io/part-of: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: service-${index}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: service-${index}
        app.kubernetes.io/part-of: shop
      annotations:
        pod-injector.dev/inject: ${templateName}
    spec:
      serviceAccountName: service-${index}
      containers:
      # The API of team ${index % 17}.
      - name: service
        image: registry.example/shop/service-${index}:2.${index}.0
        args: ["--listen", ":8080", "--log-level=info"]
        ports:
        - name: http
          containerPort: 8080
        env:
        - name: DATABASE_HOST
          value: database.shop.svc
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              name: service-${index}
              key: password
        readinessProbe:
          httpGet: {path: /ready, port: http}
          periodSeconds: 5
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
`;
}
