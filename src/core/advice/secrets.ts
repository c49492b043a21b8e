import type {Json} from '../json.ts';
import {spoken, type Finding, type Path} from '../template/finding.ts';
import {advise} from './parts.ts';
import {see, seeObjects} from './seen.ts';

/** `plainSecret`: variables whose name or value says that the literal value is a secret. The value is never shown. */
export function* adviseSecrets(owner: Json | undefined, path: Path): Generator<Finding> {
  for (const [index, variable] of seeObjects(owner, 'env')) {
    const name = see(variable, 'name');
    const value = see(variable, 'value');
    if (typeof name !== 'string' || typeof value !== 'string' || isReference(value)) continue;
    const shape = shapeOf(value);
    if (shape === undefined && (!namesSecret(name) || isHarmless(value))) continue;
    const here = [...path, 'env', index, 'value'];
    const message = `${spoken(here)} of ${name} ${shape === undefined ? 'looks like a secret by its name' : `looks like ${shape}`}, and stands in the template for all to read`;
    yield advise('plainSecret', here, message, 'put it into a Secret and write `valueFrom: {secretKeyRef: …}`');
  }
}

/** `DB_PASSWORD`, `apiToken`; not `PASSWORD_FILE`, `TOKEN_URL`, `PUBLIC_KEY`, whose last word says that they hold no secret. */
function namesSecret(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (last === 'KEY') return !openKeys.has(before);
  // `PWD` alone is the working directory.
  return secretWords.has(last) && (last !== 'PWD' || (words.length > 1 && before !== 'OLD'));
}

const secretWords: ReadonlySet<string> = new Set([
  'APIKEY',
  'CREDENTIAL',
  'CREDENTIALS',
  'PASS',
  'PASSPHRASE',
  'PASSWD',
  'PASSWORD',
  'PWD',
  'SECRET',
  'TOKEN',
]);
/** A `…_KEY` that is looked up by, not kept. */
const openKeys: ReadonlySet<string> = new Set([
  'CACHE',
  'HASH',
  'INDEX',
  'KEY',
  'PARTITION',
  'PRIMARY',
  'PUBLIC',
  'ROUTING',
  'SORT',
]);

/** Another variable's value. Source: the API reference, EnvVar: "references $(VAR_NAME) are expanded". */
function isReference(value: string): boolean {
  return /^\$\([^)]+\)$/.test(value);
}

/** A switch, or the place of the secret instead of it. */
function isHarmless(value: string): boolean {
  return value === '' || /^(?:true|false|yes|no|on|off|none|null|enabled|disabled|\/.*|file:.*)$/i.test(value);
}

function shapeOf(value: string): string | undefined {
  // Longer ones are files, and the patterns' time is what they try at each character.
  const beginning = value.slice(0, 4096);
  return shapes.find(([pattern]) => pattern.test(beginning))?.[1];
}

/** What issuers publish of their tokens' shape. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----/, 'a private key'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bAIza[\w-]{35}/, 'a Google API key'],
  [/\b(?:gh[opsur]_\w{36}|github_pat_\w{22})/, 'a GitHub token'],
  [/\bglpat-[\w-]{20}/, 'a GitLab token'],
  [/\bxox[abeoprs]-\w{4}/, 'a Slack token'],
  [/\b[sr]k_live_\w{16}/, 'a Stripe key'],
  [/\bnpm_\w{36}/, 'an npm token'],
  [/\bhvs\.[\w-]{24}/, 'a Vault token'],
  [/\beyJ[\w-]{8,512}\.eyJ[\w-]{8,}\./, 'a JSON Web Token'],
  [/^[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}:[^\s/@$]{1,256}@/i, 'an address with a password'],
];
