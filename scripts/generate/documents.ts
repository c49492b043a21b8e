import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {reasonsPage} from './reasons/page.ts';
import {withTables} from './reference.ts';
import {templateSchema} from './schema/template.ts';

/** A file that is made of the code's tables or of other files: its path from the repository's root, and its text. */
export interface GeneratedFile {
  readonly file: string;
  readonly text: string;
}

/** All files that need neither network nor cluster to be made; the same sources give the same bytes. */
export function generatedFiles(root = '.'): readonly GeneratedFile[] {
  return [
    {file: 'schema/template.json', text: `${JSON.stringify(templateSchema(), null, 2)}\n`},
    {file: 'docs/reasons.md', text: reasonsPage()},
    {file: 'docs/templates.md', text: withTables(readFileSync(path.join(root, 'docs/templates.md'), 'utf8'))},
    {file: 'manifests/components/example-templates/templates.yaml', text: exampleTemplates(root)},
  ];
}

/** The example templates as one file for kustomize. */
function exampleTemplates(root: string): string {
  const folder = path.join(root, 'examples/templates');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files
    .toSorted()
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('---\n');
}
