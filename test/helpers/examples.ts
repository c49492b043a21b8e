import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';

/** An input among the examples, and what must come out of it. Paths from the repository's root. */
export interface Example {
  readonly folder: string;
  readonly input: string;
  readonly expected: string;
  /** The file or folder of its templates. */
  readonly templates: string;
}

/** Every `examples/NAME/input*.yaml`; its templates are its own, or those that all share. */
export function listExamples(root = 'examples'): Example[] {
  const shared = path.join(root, 'templates');
  return exampleFolders(root).flatMap((folder) => {
    const own = path.join(folder, 'templates');
    const inputs = readdirSync(folder).filter((name) => /^input.*\.yaml$/.test(name));
    return inputs.map((name): Example => {
      const expected = path.join(folder, name.replace('input', 'expected'));
      return {folder, input: path.join(folder, name), expected, templates: existsSync(own) ? own : shared};
    });
  });
}

/** The folders of the examples. */
export function exampleFolders(root = 'examples'): string[] {
  const folders = readdirSync(root, {withFileTypes: true}).filter((entry) => entry.isDirectory() && entry.name !== 'templates');
  return folders.map(({name}) => path.join(root, name)).toSorted();
}
