import type {Fault} from '../../errors.ts';
import {asString} from '../../json.ts';
import type {Scene} from '../../scene.ts';
import type {Template} from '../../template.ts';
import type {Redirection} from './redirection.ts';
import {faultAt, type Target} from './target.ts';

/**
 * Takes ports and variables for the ambassadors of a template. What another one has taken already is refused: `portConflict`,
 * and `redirectConflict` also for a value that refers to a variable which points at another ambassador by now. Changes the scene.
 */
export function claim(redirections: readonly Redirection[], template: Template, scene: Scene): readonly Fault[] {
  const faults = redirections.flatMap(({ambassador: {listen}}): Fault[] => {
    const owner = scene.listens.get(listen);
    scene.listens.set(listen, owner ?? template.name);
    return owner === undefined ? [] : [portTaken(template, owner, listen)];
  });
  for (const {readings} of redirections) {
    for (const {target, changes} of readings) {
      for (const {variable, store} of changes) {
        const key = `env/${target.name}/${variable}`;
        const owner = scene.owners.get(key);
        if (owner !== undefined) faults.push(variableTaken(template, owner, target, variable));
        scene.owners.set(key, owner ?? template.name);
        const referred = store?.dependencies.map((item) => asString(item['name']) ?? '') ?? [];
        for (const name of referred) {
          const other = scene.owners.get(`env/${target.name}/${name}`);
          if (other === undefined || other === template.name) continue;
          const words = `${variable} in the container ${JSON.stringify(target.name)} refers to $(${name}), which template ${other} redirects, so template ${template.name} cannot know the remote end`;
          faults.push(faultAt(target, 'redirectConflict', words, `ask for ${template.name} before ${other}`));
        }
      }
    }
  }
  return faults;
}

function variableTaken(template: Template, owner: string, target: Target, variable: string): Fault {
  const message = `template ${template.name} redirects ${variable} in the container ${JSON.stringify(target.name)}, and so does an ambassador of template ${owner}`;
  return faultAt(target, 'redirectConflict', message, 'ask for one of the two');
}

function portTaken(template: Template, owner: string, listen: number): Fault {
  return {
    code: 'portConflict',
    message: `template ${template.name}: its ambassador listens on ${listen}, and so does an ambassador of template ${owner}`,
    fix: 'change one of the two ports',
  };
}
