import {asList, field, isObject, type JsonObject} from '../json.ts';
import {fault, type Finding, type Path} from './finding.ts';
import {portNameComplaint, variableNameComplaint} from './names.ts';
import {checkPort} from './vocabulary.ts';

/** Checks the ports of a container: `badPort`, and `badName` of a port. Their types are the shape's. */
export function* checkPorts(container: JsonObject, path: Path): Generator<Finding> {
  for (const [index, port] of asList(field(container, 'ports')).entries()) {
    if (!isObject(port)) continue;
    const here = [...path, 'ports', index];
    for (const key of ['containerPort', 'hostPort']) {
      const number = field(port, key);
      // Zero is no port of the node, as an absent one is none.
      if (typeof number === 'number' && Number.isInteger(number) && (number !== 0 || key === 'containerPort'))
        yield* checkPort(number, [...here, key]);
    }
    const name = field(port, 'name');
    const complaint = typeof name === 'string' && name !== '' ? portNameComplaint(name) : undefined;
    if (complaint !== undefined) yield fault('badName', [...here, 'name'], `the name "${String(name)}" of a port ${complaint}`);
  }
}

/** Checks the names of a container's variables: `badName`. */
export function* checkEnv(container: JsonObject, path: Path): Generator<Finding> {
  for (const [index, variable] of asList(field(container, 'env')).entries()) {
    const name = isObject(variable) ? field(variable, 'name') : undefined;
    const complaint = typeof name === 'string' ? variableNameComplaint(name) : undefined;
    if (complaint !== undefined)
      yield fault('badName', [...path, 'env', index, 'name'], `the name "${String(name)}" of a variable ${complaint}`);
  }
}
