import {spawn} from 'node:child_process';
import path from 'node:path';
import {inject} from 'vitest';

export interface KubectlOptions {
  /** What it reads for `-f -`: text, or a value that is sent as JSON. */
  readonly input?: unknown;
  /** Impersonates a user: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly as?: string;
  /** The administrator's when it is not given. */
  readonly kubeconfig?: string;
}

export interface KubectlResult {
  /** 124 when it took a minute. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const timeoutMs = 60_000;

/** Runs kubectl to its end, with words for its exit code rather than a rejection. */
export function kubectl(args: readonly string[], {input, as, kubeconfig}: KubectlOptions = {}): Promise<KubectlResult> {
  const cluster = inject('cluster');
  const flags = [
    `--kubeconfig=${kubeconfig ?? cluster.kubeconfig}`,
    // Not the user's own: what it remembers of another API server on this port would be believed.
    `--cache-dir=${path.join(cluster.folder, 'kubectl-cache')}`,
    ...(as === undefined ? [] : [`--as=${as}`]),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(cluster.kubectl, [...flags, ...args], {stdio: ['pipe', 'pipe', 'pipe']});
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const timeout = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timeout);
      resolve({code: code ?? 124, stdout, stderr});
    });
    // It may end without reading.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input === undefined || typeof input === 'string' ? input : JSON.stringify(input));
  });
}

/** Runs kubectl, which must succeed. @returns what it printed. Rejects with its words. */
export async function kubectlOk(args: readonly string[], options?: KubectlOptions): Promise<string> {
  const {code, stdout, stderr} = await kubectl(args, options);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
}

/** `kubectl get ARGS -o json`, parsed. Rejects when there is no such object. */
export async function kubectlGet<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectlOk(['get', ...args, '-o', 'json'])) as T;
}
