import type {JsonObject} from '../../src/core/json.ts';

/** Each volume source with the fewest fields that the API accepts. */
export const volumeSources: Readonly<Record<string, JsonObject>> = {
  awsElasticBlockStore: {volumeID: 'v'},
  azureDisk: {diskName: 'd', diskURI: 'https://example.com/d'},
  azureFile: {secretName: 's', shareName: 's'},
  cephfs: {monitors: ['m']},
  cinder: {volumeID: 'v'},
  configMap: {name: 'c', items: [{key: 'k', path: 'p'}]},
  csi: {driver: 'd.example.com'},
  downwardAPI: {
    items: [
      {path: 'a', fieldRef: {fieldPath: 'metadata.name'}},
      {path: 'b', resourceFieldRef: {containerName: 'app', resource: 'limits.cpu'}},
    ],
  },
  emptyDir: {},
  ephemeral: {volumeClaimTemplate: {spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}}}},
  fc: {targetWWNs: ['w'], lun: 0},
  flexVolume: {driver: 'd'},
  flocker: {datasetName: 'd'},
  gcePersistentDisk: {pdName: 'p'},
  gitRepo: {repository: 'https://example.com/r'},
  glusterfs: {endpoints: 'e', path: 'p'},
  hostPath: {path: '/p'},
  image: {reference: 'nginx:1.27'},
  iscsi: {targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:storage', lun: 0},
  nfs: {server: 's', path: '/p'},
  persistentVolumeClaim: {claimName: 'c'},
  photonPersistentDisk: {pdID: 'p'},
  portworxVolume: {volumeID: 'v'},
  projected: {
    sources: [
      {serviceAccountToken: {path: 'token'}},
      {configMap: {name: 'c'}},
      {secret: {name: 's'}},
      {downwardAPI: {items: [{path: 'a', fieldRef: {fieldPath: 'metadata.name'}}]}},
    ],
  },
  quobyte: {registry: 'r:1', volume: 'v'},
  rbd: {monitors: ['m'], image: 'i'},
  scaleIO: {gateway: 'g', system: 's', secretRef: {name: 's'}, volumeName: 'v'},
  secret: {secretName: 's'},
  storageos: {volumeName: 'v', volumeNamespace: 'n'},
  vsphereVolume: {volumePath: 'v'},
};
