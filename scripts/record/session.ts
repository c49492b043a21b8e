import {execFile, spawn} from 'node:child_process';
import {homedir} from 'node:os';
import {promisify} from 'node:util';
import {eventually} from '../cluster/eventually.ts';
import type {Step} from './svg.ts';

/** What nobody is told to type, but would. */
const more = [
  'kubectl get pods',
  "sed 's/pattern: sidecar/pattern: sidecart/' examples/playground/templates/print-logs.yaml | kubectl replace -f -",
] as const;

/** Runs the playground, then the commands that it prints and a few more. @returns all of it as it was printed, but for the home folder */
export async function recordPlayground(): Promise<readonly Step[]> {
  const child = spawn('npm', ['run', '--silent', 'cluster'], {stdio: ['ignore', 'inherit', 'pipe'], detached: true});
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
  const exit = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  try {
    await eventually(() => words.includes('The log of the injector'), {what: 'the playground', timeoutMs: 300_000});
    const [settings = '', ...commands] = [...words.matchAll(/^ {2}(export|kubectl) .+$/gm)].map(([line]) => line.trim());
    const run = async (command: string): Promise<Step> => {
      // Both streams as a terminal shows them; a command may fail.
      const {stdout} = await promisify(execFile)('bash', ['-c', `${settings}\n{ ${command}; } 2>&1 || true`]);
      return {command, output: stdout};
    };
    const steps: Step[] = [];
    for (const command of [...commands, ...more]) steps.push(await run(command));
    const all = [{command: 'npm run cluster', output: words}, {command: settings, output: ''}, ...steps];
    return all.map(({command, output}) => ({command: atHome(command), output: atHome(output)}));
  } finally {
    // As Ctrl-C does: the whole group.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    await exit;
  }
}

function atHome(text: string): string {
  return text.replaceAll(homedir(), '$HOME');
}
