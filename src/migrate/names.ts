import {templateNameComplaint} from '../core/template/names.ts';

/** A template's name, or why there is none, as the end of a sentence. */
export type TemplateName = {readonly name: string} | {readonly complaint: string};

/**
 * The template's name for what k8s-sidecar-injector calls `NAME` or `NAME:VERSION`: without a version, or with `latest`, it is the
 * name alone; both are read without regard to case. What a ConfigMap's name can't hold becomes `-`. Never throws.
 * Source: github.com/tumblr/k8s-sidecar-injector, internal/pkg/config, configNameFields and canonicalizeConfigName.
 */
export function templateNameOf(request: string): TemplateName {
  const [given = '', version = '', ...more] = request.trim().toLowerCase().split(':');
  if (more.length > 0) return {complaint: 'has more than one `:`'};
  const full = version === '' || version === 'latest' ? given : `${given}-${version}`;
  const name = full
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/-*\.[-.]*/g, '.')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  const complaint = templateNameComplaint(name);
  return complaint === undefined ? {name} : {complaint};
}

/** The template's name for an Initializer's ConfigMap, whose name ended in `-initializer` to be found. */
export function nameOfInitializer(configMapName: string): string {
  const name = configMapName.replace(/-initializer$/, '');
  return name === '' ? configMapName : name;
}
