export {eventually} from '../../../scripts/cluster/eventually.ts';
export {auditEvents} from './audit.ts';
export {api, controlPlane} from './control-plane.ts';
export {startInjector, type Injector} from './injector.ts';
export {kubectl, kubectlGet, kubectlOk} from './kubectl.ts';
export {makeNamespace} from './namespace.ts';
export {serviceAccountKubeconfig} from './service-account.ts';
