import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {afterAll, inject} from 'vitest';
import {eventually} from '../../../scripts/cluster/eventually.ts';

export interface InjectorOptions {
  /** Flags of `serve`; paths absolute, because it runs in a folder of its own. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Given as KUBECONFIG: the administrator's, or one of serviceAccountKubeconfig. */
  readonly kubeconfig?: string;
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & {readonly msg?: string; readonly level?: unknown};

/** A running `pod-injector serve`, killed after the test file if nothing stopped it. */
export interface Injector {
  readonly pid: number;
  /** The folder that it runs in, empty at first and removed with it. */
  readonly folder: string;
  /** Its ports on 127.0.0.1, from the line `listening`. */
  readonly port: number;
  readonly healthPort: number;
  /** The lines so far. */
  log(): LogLine[];
  /** What it wrote to stderr so far. */
  errors(): string;
  /** Waits for a line of the log, also one of the past: one with this message, or one that the function takes. */
  logged(wanted: string | ((line: LogLine) => boolean), timeoutMs?: number): Promise<LogLine>;
  /** Asks its health port: `/readyz?verbose`. Rejects when nobody listens. */
  health(path: string): Promise<{readonly status: number; readonly text: string}>;
  /** Waits until `/readyz` is good; fails with what it names. */
  ready(timeoutMs?: number): Promise<void>;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string | null>;
  /** Ends it as Kubernetes does, with SIGTERM. @returns its exit code */
  stop(): Promise<number | string | null>;
  /** Ends it as a crash does, with SIGKILL. */
  kill(): Promise<void>;
}

const injectors = new Set<Pick<Injector, 'kill'> & {killNow(): void}>();
afterAll(() => Promise.all([...injectors].map((injector) => injector.kill())));
// Also when the runner gives up on this file.
process.on('exit', () => {
  for (const injector of injectors) injector.killNow();
});

/** Starts the injector as it is published and waits until it listens. Rejects with what it wrote when it ends before that. */
export async function startInjector({args = [], env = {}, kubeconfig}: InjectorOptions = {}): Promise<Injector> {
  const folder = mkdtempSync(path.join(inject('cluster').folder, 'injector-'));
  const child = spawn(process.execPath, [inject('cli'), 'serve', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      POD_INJECTOR_HOST: '127.0.0.1',
      POD_INJECTOR_PORT: '0',
      POD_INJECTOR_HEALTH_PORT: '0',
      ...(kubeconfig === undefined ? {} : {KUBECONFIG: kubeconfig}),
      ...env,
    },
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  let running = true;
  const exit = new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => {
      running = false;
      injectors.delete(handle);
      rmSync(folder, {recursive: true, force: true});
      resolve(code ?? signal);
    });
  });
  const handle = {
    killNow: () => void child.kill('SIGKILL'),
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
  injectors.add(handle);

  const log = (): LogLine[] => parseLines(output.slice(0, output.lastIndexOf('\n') + 1));
  const logged: Injector['logged'] = (wanted, timeoutMs = 45_000) => {
    const takes = typeof wanted === 'string' ? (line: LogLine) => line.msg === wanted : wanted;
    const what = `the injector to log ${typeof wanted === 'string' ? `“${wanted}”` : 'a line'}`;
    return eventually(
      () => {
        const line = log().find(takes);
        if (line === undefined) throw new Error(`its log ends with\n${output.slice(-2000)}${errors}`);
        return line;
      },
      {what, timeoutMs},
    );
  };
  const ended = exit.then((code) => {
    throw new Error(`The injector ended with ${code} before it listened:\n${errors}${output}`);
  });
  const line = await Promise.race([logged('listening', 30_000), ended]);
  // Nobody waits for it any more.
  ended.catch(() => undefined);
  const portOf = (url: unknown): number => Number(new URL(String(url)).port);
  const healthPort = portOf(line['health']);
  const health: Injector['health'] = async (where) => {
    const response = await fetch(`http://127.0.0.1:${healthPort}${where}`);
    return {status: response.status, text: await response.text()};
  };
  return {
    pid: child.pid ?? 0,
    folder,
    port: portOf(line['webhook']),
    healthPort,
    log,
    errors: () => errors,
    logged,
    health,
    ready: async (timeoutMs = 30_000) => {
      await eventually(
        async () => {
          const {status, text} = await health('/readyz?verbose');
          if (status !== 200) throw new Error(text);
          return true;
        },
        {what: 'the injector to be ready', timeoutMs},
      );
    },
    exit,
    stop: () => {
      if (running) child.kill('SIGTERM');
      return exit;
    },
    kill: handle.kill,
  };
}

function parseLines(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as LogLine;
      } catch {
        return {msg: line};
      }
    });
}
