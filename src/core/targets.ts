import type {Fault} from './errors.ts';
import type {Json} from './json.ts';
import {nearest} from './nearest.ts';
import type {ContainerList} from './placement.ts';
import {namesIn, type Scene} from './scene.ts';
import type {Template} from './template.ts';

/** Containers of the application that a template means, and the fault `appContainerMissing` for each that the pod lacks. */
export interface Targets {
  readonly names: ReadonlySet<string>;
  readonly faults: readonly Fault[];
}

/** What `app.containers` of the template means in this list. */
export function applicationContainers(containers: readonly Json[], template: Template, scene: Scene): Targets {
  return targetsIn('containers', containers, template, scene.app, scene);
}

/** What `app.initContainers` of the template means in this list. */
export function applicationInitContainers(containers: readonly Json[], template: Template, scene: Scene): Targets {
  return targetsIn('initContainers', containers, template, scene.appInit, scene);
}

function targetsIn(
  list: ContainerList,
  containers: readonly Json[],
  template: Template,
  all: readonly string[],
  scene: Scene,
): Targets {
  const names = new Set<string>();
  const faults: Fault[] = [];
  const present = namesIn(containers).filter((name) => !scene.owners.has(`containers/${name}`));
  for (const wanted of template.app[list]) {
    if (wanted === '*') {
      for (const name of all) if (!scene.owners.has(`containers/${name}`)) names.add(name);
    } else if (present.includes(wanted)) {
      names.add(wanted);
    } else {
      const near = nearest(wanted, present);
      const what = list === 'containers' ? 'container' : 'init container';
      faults.push({
        code: 'appContainerMissing',
        message: `template ${template.name} gives to the ${what} ${JSON.stringify(wanted)}, and the pod has ${present.join(', ') || 'none'}`,
        fix:
          near === undefined
            ? `name ${what === 'container' ? 'a' : 'an'} ${what} of the pod, or * for all`
            : `did you mean ${near}?`,
        path: `/spec/${list}`,
      });
    }
  }
  return {names, faults};
}
