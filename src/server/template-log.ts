import {formatFault} from '../core/errors.ts';
import type {TemplateChange} from '../templates/store.ts';
import type {Logger} from './log.ts';

/** Writes the one log line of a template that was loaded, changed, removed or rejected, or of a path that cannot be used. */
export function logTemplateChange(logger: Logger, change: TemplateChange): void {
  switch (change.kind) {
    case 'loaded':
    case 'changed': {
      const {pattern, hash, source} = change.template;
      logger.info(
        {template: change.name, pattern, hash, source},
        change.kind === 'loaded' ? 'template loaded' : 'template changed',
      );
      break;
    }
    case 'rejected': {
      const fields = {template: change.name, faults: change.faults.map(formatFault), lastGood: change.lastGood?.hash};
      const message = 'template rejected';
      logger.error(fields, change.lastGood === undefined ? message : `${message}, its last good version is still served`);
      break;
    }
    case 'failed':
      logger.error({faults: change.faults.map(formatFault)}, 'a template file or folder cannot be used');
      break;
    case 'removed':
      logger.info({template: change.name}, 'template removed');
      break;
  }
}
