import pc from 'picocolors';
import {addedPaths} from '../../core/added.ts';
import {movedPaths} from '../../core/moved.ts';
import type {Level, TemplateOutcome} from '../../core/outcome.ts';
import {oneLine} from '../one-line.ts';
import type {Cause, Explanation, Rule} from './explanation.ts';
import {titleOf} from './metadata.ts';
import {sentenceOf} from './skips.ts';
import {verdictWords} from './verdicts.ts';

/**
 * An explanation for people: the first line names the cause, the second what to do about it, and below stand who decided, each
 * template with what it added, kept and moved, and what else there is to say.
 */
export function textOf(explained: Explanation, colour: boolean): string {
  const {subject, verdict, cause, isProblem, rules, templates, notes, without} = explained;
  const paint = pc.createColors(colour);
  const verdictColour = isProblem ? paint.red : verdict === 'skipped' ? paint.yellow : paint.green;
  const names = templates.filter(({kind}) => kind === 'injected' || kind === 'alreadyInjected').map(({name}) => name);
  const isIn = verdict === 'injected' || verdict === 'alreadyInjected';
  const what = [...(isIn && names.length > 0 ? [names.join(', ')] : []), ...(cause === undefined ? [] : [sayCause(cause)])];
  return [
    `${paint.bold(oneLine(titleOf(subject)))}: ${[verdictColour(verdictWords[verdict]), ...what.map(oneLine)].join(': ')}`,
    ...(cause?.fix === undefined ? [] : [`  ${paint.bold('fix')}: ${oneLine(cause.fix)}`]),
    ...[
      ...rules.map(ruleLine),
      ...templates.flatMap((template) => templateLines(template, explained)),
      ...without.map((pod) => `  without: ${pod.name}: ${sayCause(pod.cause)}`),
      ...notes.map((note) => `  note: ${sayCause(note)}${note.fix === undefined ? '' : `; ${note.fix}`}`),
      ...(subject.source === undefined ? [] : [`  in: ${placeOf(explained)}`]),
    ].map(oneLine),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function sayCause({code, message}: Cause): string {
  return `${code}: ${message}`;
}

const levels: Readonly<Record<Level, string>> = {
  pod: 'pod',
  podTemplate: 'pod template',
  workload: 'workload',
  namespace: 'namespace',
};

function ruleLine({level, on, key, value}: Rule, index: number): string {
  return `  ${index === 0 ? 'decided by' : 'and'} the ${levels[level]}: ${on}: ${key}: ${JSON.stringify(value)}`;
}

function templateLines(template: TemplateOutcome, {verdict, cause}: Explanation): string[] {
  const {name, kind, reason, message, added, kept, native} = template;
  const sentence = message ?? (reason === undefined ? '' : sentenceOf(reason));
  // The first line may have said it, or more.
  const isTold = cause !== undefined && cause.code === reason && cause.message.includes(reason === 'whenFalse' ? name : sentence);
  const why = [...(reason === undefined ? [] : [reason]), ...(isTold || sentence === '' ? [] : [sentence])];
  const became = verdict === 'missed' && kind === 'injected' ? 'what is created now gets it' : kindWords[kind];
  const how = native === undefined ? '' : native ? ', as a native sidecar' : ', as a classic sidecar';
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['added', added === undefined ? [] : addedPaths(added)],
    ['moved', added === undefined ? [] : movedPaths(added)],
    ['kept', kept],
  ];
  return [
    `  template ${name}: ${[`${became}${how}`, ...why].join(': ')}`,
    ...lists.flatMap(([word, paths]) => (paths.length === 0 ? [] : [`    ${word}: ${paths.join(', ')}`])),
  ];
}

const kindWords: Readonly<Record<TemplateOutcome['kind'], string>> = {
  injected: 'injected',
  alreadyInjected: 'injected already',
  removed: 'taken out',
  skipped: 'left out',
  refused: 'refused',
};

function placeOf({subject: {source, position}}: Explanation): string {
  return position === undefined ? (source ?? '') : `${source ?? ''}:${position.line}:${position.column}`;
}
