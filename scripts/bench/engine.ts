import {handleReview, type HandleContext} from '../../src/admission/handle.ts';
import type {TemplateEntry, TemplateSnapshot} from '../../src/core/template.ts';
import {loadTemplates} from '../../src/templates/files.ts';
import {timeInTurns} from './numbers.ts';
import {figures, times, whole, type Goal, type Section} from './report.ts';
import {
  asking,
  bringsFault,
  injectionFault,
  patternCases,
  patternPaths,
  readAnswer,
  readReviews,
  secondReview,
  templateName,
  templatePaths,
  withManyContainers,
  withVariables,
  type Answer,
  type Review,
} from './reviews.ts';

interface Case {
  readonly title: string;
  readonly review: Review;
  readonly templates: number;
  /** What is wrong with an answer to it; {@link injectionFault} where there is nothing else. */
  readonly fault?: (review: Review, answer: Answer) => string | undefined;
}

/**
 * Times a parsed review until the text of its answer: injection, patch, serialisation, in this process. The cost must not hang on
 * how many templates there are, and must grow with the pod at most in proportion.
 * @param budgetMs how long it may take, about
 */
export async function benchEngine(budgetMs: number): Promise<Section> {
  const [review] = await readReviews(1);
  if (review === undefined) throw new Error('there is no review');
  const {snapshot} = await loadTemplates([...templatePaths, ...patternPaths]);
  const first = readAnswer(handleReview(JSON.parse(review.text), contextOf(snapshot)).body);
  const again = secondReview(review, first.operations);
  const cases: readonly Case[] = [
    ...[10, 100, 1000].map((templates): Case => ({title: `typical pod, ${whole(templates)} templates`, review, templates})),
    {title: 'typical pod, second review', review: again, templates: 10, fault: patchFault},
    ...patternCases.map((one): Case => ({
      title: one.title,
      review: asking(review, one),
      templates: 10,
      fault: (asked, answer) => bringsFault(asked, answer, one.template),
    })),
    ...[1000, 2000, 4000].map((count): Case => ({
      title: `pod of ${whole(count)} env variables`,
      review: withVariables(review, count),
      templates: 10,
    })),
    ...[50, 100, 200].map((count): Case => ({
      title: `pod of ${whole(count)} containers`,
      review: withManyContainers(review, count),
      templates: 10,
    })),
  ];
  const runs = cases.map(({title, review: {text, pod}, templates, fault: faultOf = injectionFault}) => {
    const body: unknown = JSON.parse(text);
    const context = contextOf(manyTemplates(snapshot, templates));
    const answer = readAnswer(handleReview(body, context).body);
    const fault = faultOf({text, pod}, answer);
    if (fault !== undefined) throw new Error(`${title}: ${fault}`);
    return {
      name: title,
      call: () => handleReview(body, context).body,
      parse: {name: title, call: (): unknown => JSON.parse(text)},
      bytes: Buffer.byteLength(text),
    };
  });
  // Pods of like size take turns among themselves: a large one leaves full caches and garbage to the next.
  const groups = [runs.slice(0, 7), runs.slice(7, 10), runs.slice(10)];
  const engineNs = groups.flatMap((group) => timeInTurns(group, (budgetMs * 0.8) / groups.length));
  const parseNs = groups.flatMap((group) =>
    timeInTurns(
      group.map(({parse}) => parse),
      (budgetMs * 0.2) / groups.length,
    ),
  );
  const at = (index: number): number => engineNs[index] ?? Number.NaN;
  const goals: readonly Goal[] = [
    {name: '1,000 templates against 10', ratio: at(2) / at(0), limit: 1.2},
    ...patternCases.map(({title}, index): Goal => ({
      name: `${title}, against the typical pod`,
      ratio: at(4 + index) / at(0),
      limit: patternLimit,
    })),
    {name: 'twice the env variables, 2,000', ratio: at(8) / at(7), limit: linear},
    {name: 'twice the env variables, 4,000', ratio: at(9) / at(8), limit: linear},
    {name: 'twice the containers, 100', ratio: at(11) / at(10), limit: linear},
    {name: 'twice the containers, 200', ratio: at(12) / at(11), limit: linear},
  ];
  return {
    title: 'Engine',
    text: 'From a parsed review to the text of its answer (injection, patch, serialisation), without a network; beside it the time that JSON.parse takes for the same review.',
    columns: ['review', 'bytes', 'engine µs', 'JSON.parse µs', 'ratio'],
    rows: runs.map(({name, bytes}, index) => [
      name,
      whole(bytes),
      figures(at(index) / 1000),
      figures((parseNs[index] ?? Number.NaN) / 1000),
      times(at(index) / (parseNs[index] ?? Number.NaN)),
    ]),
    goals,
    raw: runs.map(({name, bytes}, index) => ({name, bytes, engineNs: engineNs[index], parseNs: parseNs[index]})),
  };
}

/** Of a template that computes or moves something: more than one that is only added, and in no other class. */
const patternLimit = 4;

/** Twice, with room for what a larger heap costs the garbage collector and the caches; a quadratic path gives four. */
const linear = 2.4;

function patchFault(_review: Review, {operations}: Answer): string | undefined {
  return operations.length > 0 ? 'it was patched again' : undefined;
}

function contextOf(templates: TemplateSnapshot): HandleContext {
  return {templates, namespaceOf: () => undefined};
}

/** A snapshot of that many templates: the ones that were loaded, and one of them under other names. */
function manyTemplates(loaded: TemplateSnapshot, count: number): TemplateSnapshot {
  const model = loaded.get(templateName);
  if (model?.kind !== 'good') throw new Error(`there is no good template ${templateName}`);
  const others = Array.from({length: count - loaded.size}, (_, index): [string, TemplateEntry] => {
    const name = `${templateName}-${index}`;
    return [name, {kind: 'good', template: {...model.template, name}}];
  });
  return new Map([...others, ...loaded]);
}
