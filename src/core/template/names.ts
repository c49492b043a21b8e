import {templateLabel} from '../annotations.ts';

/** `did not pass` as a sentence's end, or undefined for a right name. All checks here take any string and never throw. */
type Complaint = string | undefined;

/** A container's or volume's name. Source: apimachinery, validation.IsDNS1123Label. */
export function labelNameComplaint(name: string): Complaint {
  if (name.length > 63) return `is ${name.length} characters long, and 63 are allowed`;
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)
    ? undefined
    : 'is no name for Kubernetes: lower-case letters, digits and `-`, beginning and ending with a letter or digit';
}

/**
 * A template's name: a ConfigMap's (apimachinery, validation.IsDNS1123Subdomain), and short enough to stand in the annotation
 * key `pod-injector.dev/NAME.PARAMETER`, whose last part holds 63 characters, with a parameter of one character.
 */
export function templateNameComplaint(name: string): Complaint {
  if (name.length > maxTemplateNameLength)
    return `is ${name.length} characters long, and a template's name has at most ${maxTemplateNameLength}`;
  if (name === 'true' || name === 'false') return 'has a meaning of its own in the annotation that asks for templates';
  return name.split('.').every((part) => labelNameComplaint(part) === undefined)
    ? undefined
    : 'is no name for a template: lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit';
}

/** 63 characters of an annotation key's name, less the dot and a parameter's name of one. */
const maxTemplateNameLength = 61;

/** Source: apimachinery, validation.IsQualifiedName. */
const maxKeyName = 63;

/** A parameter's name, in the annotation's key `pod-injector.dev/TEMPLATE.PARAMETER`; the key's name holds 63 characters. */
export function parameterNameComplaint(name: string, template: string): Complaint {
  if (!/^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(name))
    return 'is none: letters, digits, `-` and `_`, beginning and ending with a letter or digit';
  const length = template.length + 1 + name.length;
  return length > maxKeyName
    ? `and the template's make ${length} characters of an annotation key, "${template}.${name}", and ${maxKeyName} are allowed`
    : undefined;
}

/** A container port's name. Source: apimachinery, validation.IsValidPortName. */
export function portNameComplaint(name: string): Complaint {
  if (name.length > 15) return `is ${name.length} characters long, and 15 are allowed`;
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.includes('--') || !/[a-z]/.test(name))
    return 'is no name for a port: lower-case letters, digits and single `-` between them, with a letter at least';
  return undefined;
}

/** An environment variable's name. Source: apimachinery, validation.IsRelaxedEnvVarName. */
export function variableNameComplaint(name: string): Complaint {
  if (name === '') return 'is empty';
  return /^[ -<>-~]+$/.test(name) ? undefined : 'is no name for a variable: printable ASCII characters without `=`';
}

/** A label's or annotation's key. Source: apimachinery, validation.IsQualifiedName. */
export function qualifiedNameComplaint(key: string): Complaint {
  const [name = '', prefix, ...more] = key.split('/').toReversed();
  if (more.length > 0) return 'has more than one `/`';
  if (
    prefix !== undefined &&
    (prefix.length > 253 || !prefix.split('.').every((part) => labelNameComplaint(part) === undefined))
  ) {
    return `has a prefix that is no DNS name, as in ${templateLabel}`;
  }
  if (name.length > 63) return `has a name of ${name.length} characters, and 63 are allowed`;
  return isLabelText(name)
    ? undefined
    : 'is no key: letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit';
}

/** A label's value. Source: apimachinery, validation.IsValidLabelValue. */
export function labelValueComplaint(value: string): Complaint {
  if (value.length > 63) return `is ${value.length} characters long, and 63 are allowed`;
  return value === '' || isLabelText(value)
    ? undefined
    : 'is no label value: letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit';
}

function isLabelText(text: string): boolean {
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(text);
}
