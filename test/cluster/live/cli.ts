import {spawn} from 'node:child_process';
import {inject} from 'vitest';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI as it is published, with this on its standard input. Never rejects for its exit code. */
export function podInjector(args: readonly string[], input = ''): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inject('cli'), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {PATH: process.env['PATH']},
      timeout: 30_000,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({code, stdout, stderr}));
    // It may end without reading.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
