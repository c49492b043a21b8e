import {domain} from '../core/annotations.ts';
import {uninject as takeOut} from '../core/inject.ts';
import type {ExitCode, Io} from './io.ts';
import {readManifests} from './manifests.ts';
import {rewritesAll} from './output.ts';
import {transform, type PrintOptions} from './transform.ts';

/** Prints manifests without what an injection added to them: the reverse of `preview`. */
export async function uninject(options: PrintOptions & {readonly filenames: readonly string[]}, io: Io): Promise<ExitCode> {
  const manifests = await readManifests(options.filenames, io, (texts) => {
    const all = rewritesAll(options.format, texts);
    return (text) => all || text.includes(domain) || text.includes('\\');
  });
  return transform(manifests, ({value}) => takeOut(value), options, io);
}
