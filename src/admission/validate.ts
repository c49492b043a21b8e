import {templateLabel} from '../core/annotations.ts';
import {formatFault} from '../core/errors.ts';
import {asObject, asString, deepEqual, field, withField, type Json, type JsonObject} from '../core/json.ts';
import type {SkipReason} from '../core/reasons.ts';
import type {TemplateReading} from '../core/template/read.ts';
import {answerText, boundedWarnings} from './answer.ts';
import {badRequest, type Handled} from './handle.ts';
import {readReview, type AdmissionRequest} from './review.ts';

/** Reads a ConfigMap as a template, with all that is worth a warning; undefined when it is none. Must not throw. */
export type ReadTemplate = (configMap: JsonObject) => TemplateReading | undefined;

/** Why a ConfigMap is let through unchecked or although its template is broken, besides `notOurs`: stable code → its one sentence. */
export const checkReasons = {
  notATemplate: 'the ConfigMap is no template',
  contentUnchanged: 'the template is broken, and this change leaves its data and its label as they are',
  labelRemoved: 'the template is broken, and this change takes its label away',
} as const;
type CheckReason = keyof typeof checkReasons | Extract<SkipReason, 'notOurs'>;

/** What a check came to. `refused`: its reason is `templateBroken`, as for a pod that asks for such a template. */
export const checkVerdicts = ['accepted', 'refused', 'skipped'] as const;

/**
 * Answers the review of a template's ConfigMap: refused when the template is broken, with the same words and places as `validate`
 * prints, else allowed with its warnings. A broken one never locks anybody out of its ConfigMap: an UPDATE that leaves data,
 * binaryData and label as they are is allowed, and so is one that takes the label away; one that changes a broken template to
 * another broken one is refused. Whatever is no ConfigMap that is created or updated is allowed. `body` is parsed JSON of any
 * shape. Pure; never throws for a JSON value.
 */
export function handleTemplateReview(body: unknown, read: ReadTemplate): Handled {
  const request = readReview(body);
  if ('code' in request) return badRequest(400, request);
  const configMap = configMapOf(request);
  if (configMap === undefined) return answered(request, {verdict: 'skipped', reason: 'notOurs'}, []);
  const reading = read(configMap);
  if (reading === undefined) return answered(request, {verdict: 'skipped', reason: 'notATemplate'}, []);
  const warnings = reading.warnings.map(formatFault);
  if (reading.entry.kind === 'good') return answered(request, {verdict: 'accepted', reason: ''}, warnings);
  const faults = reading.entry.faults.map(formatFault);
  const leave = request.operation === 'UPDATE' ? reasonToLeave(configMap, request.oldObject) : undefined;
  if (leave !== undefined) {
    const still = faults.map((fault) => `still broken: ${fault}`);
    return answered(request, {verdict: 'skipped', reason: leave}, [...still, ...warnings]);
  }
  return answered(request, {verdict: 'refused', reason: 'templateBroken'}, warnings, denialOf(reading.entry.name, faults));
}

/** The ConfigMap to look at, in its namespace; undefined when the request is about something else. */
function configMapOf({object, operation, subResource, namespace}: AdmissionRequest): JsonObject | undefined {
  if (object?.['apiVersion'] !== 'v1' || object['kind'] !== 'ConfigMap') return undefined;
  if (subResource !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined;
  const metadata = asObject(field(object, 'metadata'));
  // A review that was written by hand has it only in the request.
  const placed = asString(field(metadata, 'namespace')) !== undefined || namespace === '';
  return placed ? object : withField(object, 'metadata', withField(metadata, 'namespace', namespace));
}

function reasonToLeave(configMap: JsonObject, before: JsonObject | undefined): CheckReason | undefined {
  const [label, labelBefore] = [labelOf(configMap), labelOf(before)];
  // Still a template by its name, as the Initializers' were.
  if (label === null && labelBefore !== null) return 'labelRemoved';
  const same = (key: string): boolean => deepEqual(asObject(field(configMap, key)) ?? {}, asObject(field(before, key)) ?? {});
  return before !== undefined && label === labelBefore && same('data') && same('binaryData') ? 'contentUnchanged' : undefined;
}

function labelOf(configMap: JsonObject | undefined): Json {
  return field(asObject(field(asObject(field(configMap, 'metadata')), 'labels')), templateLabel) ?? null;
}

/** More at once nobody reads. */
const maxFaults = 20;

/** A line for each fault, as `validate` prints them. */
function denialOf(name: string, faults: readonly string[]): string {
  const shown = faults.slice(0, maxFaults);
  const more = faults.length > maxFaults ? [`… and ${faults.length - maxFaults} more`] : [];
  return [`the template "${name}" is broken:`, ...shown, ...more].join('\n');
}

interface Check {
  readonly verdict: (typeof checkVerdicts)[number];
  readonly reason: CheckReason | 'templateBroken' | '';
}

function answered(request: AdmissionRequest, check: Check, warnings: readonly string[], denial?: string): Handled {
  const {uid, operation, namespace, dryRun} = request;
  const name = request.name || (asString(field(asObject(field(request.object, 'metadata')), 'name')) ?? '');
  const isTemplate = check.reason !== 'notOurs' && check.reason !== 'notATemplate';
  const audit = {
    verdict: check.verdict,
    ...(check.reason === '' ? {} : {reason: check.reason}),
    ...(isTemplate ? {templates: name} : {}),
  };
  return {
    status: 200,
    body: answerText(uid, {
      allowed: denial === undefined,
      ...(denial === undefined ? {} : {denial}),
      warnings: boundedWarnings(warnings),
      audit,
    }),
    log: {
      uid,
      operation,
      kind: check.reason === 'notOurs' ? 'other' : 'ConfigMap',
      namespace,
      name,
      ...check,
      templates: isTemplate ? name : '',
      patchBytes: 0,
      dryRun,
    },
  };
}
