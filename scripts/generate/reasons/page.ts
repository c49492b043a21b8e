import {checkReasons} from '../../../src/admission/validate.ts';
import {causes} from '../../../src/cli/explain/causes.ts';
import {adviceCodes} from '../../../src/core/advice/codes.ts';
import {noteCodes, refusalReasons, skipReasons} from '../../../src/core/reasons.ts';
import {templateFaults, templateWarnings} from '../../../src/core/template/codes.ts';
import {fileFaults} from '../../../src/templates/codes.ts';
import {yamlFaults} from '../../../src/core/yaml-value.ts';
import {adviceFixes, causeFixes, checkFixes, noteFixes, refusalFixes, skipFixes} from './fixes.ts';

/** A group of codes that mean the same for whoever meets one. */
interface Section {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly Row[];
}

/** A code, its sentence and what to do. */
type Row = readonly [code: string, sentence: string, fix: string];

/** The text of docs/reasons.md. */
export function reasonsPage(): string {
  return `${head}${sections().map(printed).join('\n')}`;
}

const head = `<!-- Generated from the code's tables by \`npm run generate\`. Do not edit. -->
# Reasons

Each thing that the injector does, leaves or refuses has a code. The same code stands in the warning, the audit annotation, the metric's label, the log line, the status and what the command line prints. Codes are stable: alerts and scripts may name them. The message beside a code names the case at hand and what to do; this page says it in general.

`;

function sections(): readonly Section[] {
  return [
    {
      title: 'Skipped',
      text: 'The object was left as it is, and admitted.',
      rows: joined(skipReasons, skipFixes),
    },
    {
      title: 'Refused',
      text: 'A template could not be injected. The object is denied with status 422, unless the template is optional (`name?` in the list, or `required: false`): then it is left out, with the warning `templateSkipped` that names the code.',
      rows: joined(refusalReasons, refusalFixes),
    },
    {
      title: 'Noted',
      text: 'Worth saying although the injection goes on: a warning.',
      rows: joined(noteCodes, noteFixes),
    },
    {
      title: 'Found by explain',
      text: 'Why an object that is there has no injection, where the object alone does not tell.',
      rows: joined(causes, causeFixes),
    },
    {
      title: 'Invalid templates',
      text: 'Faults of a template, with line and column. A template that has one is not used; the last good version stays in force.',
      rows: pairs(templateFaults),
    },
    {
      title: 'The check of ConfigMaps',
      text: 'A ConfigMap with a broken template is refused when it is applied, as `templateBroken`, with the faults above. These are let through.',
      rows: joined(checkReasons, checkFixes),
    },
    {
      title: 'Files and ConfigMaps',
      text: 'Why a file or a ConfigMap gives no template. In a folder other kinds and files are passed over.',
      rows: pairs(fileFaults),
    },
    {
      title: 'Invalid YAML',
      text: 'Faults of any YAML text, manifests included.',
      rows: [
        ['yamlSyntax', 'the text is no YAML', 'correct it at the place that the message names'],
        ['yamlTooLarge', 'the text is larger than is read', 'split it'],
        ...pairs(yamlFaults),
      ],
    },
    {
      title: 'Odd templates',
      text: 'Warnings of a valid template, whoever reads it.',
      rows: pairs(templateWarnings),
    },
    {
      title: 'Advice',
      text: 'Further warnings of `pod-injector validate` and of the check of ConfigMaps. A comment `# pod-injector:ignore CODE` at the end of the line or above it silences one; `validate --ignore CODE` silences all of that code.',
      rows: joined(adviceCodes, adviceFixes),
    },
  ];
}

function joined<Code extends string>(sentences: Readonly<Record<Code, string>>, fixes: Readonly<Record<Code, string>>): Row[] {
  return (Object.keys(sentences) as Code[]).map((code): Row => [code, sentences[code], fixes[code]]);
}

function pairs(table: Readonly<Record<string, readonly [string, string]>>): Row[] {
  return Object.entries(table).map(([code, [sentence, fix]]): Row => [code, sentence, fix]);
}

function printed({title, text, rows}: Section): string {
  const lines = rows.map(([code, sentence, fix]) => `| \`${code}\` | ${cell(sentence)} | ${cell(fix)} |`);
  return `## ${title}\n\n${text}\n\n| code | what it means | what to do |\n|---|---|---|\n${lines.join('\n')}\n`;
}

/** A sentence as a cell: with a capital letter and a full stop, and no bar that would end it. */
function cell(sentence: string): string {
  const text = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`.replaceAll('|', '\\|');
  return text.endsWith('.') ? text : `${text}.`;
}
