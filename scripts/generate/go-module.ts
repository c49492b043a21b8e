import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

const run = promisify(execFile);

/**
 * The folder of one Go module, out of the local module cache or the Go module proxy.
 * Rejects with the words of `go` when the module or `go` itself is missing.
 */
export async function goModule(path: string, version: string): Promise<string> {
  try {
    const {stdout} = await run('go', ['mod', 'download', '-json', `${path}@${version}`]);
    return (JSON.parse(stdout) as {Dir: string}).Dir;
  } catch (cause) {
    throw new Error(`Cannot download the Go module ${path}@${version}; is \`go\` on the PATH and the version right?`, {cause});
  }
}
