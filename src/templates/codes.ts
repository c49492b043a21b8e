/** Why a file or a ConfigMap gives no template: stable code → its one sentence and what to do. What is wrong with the text is in templateFaults. */
export const fileFaults = {
  pathMissing: ['there is no such file or folder', 'check the path'],
  pathUnreadable: ['the file or folder cannot be read', 'check its permissions'],
  notUtf8: ['the file is not UTF-8 text', 'save it as UTF-8'],
  emptyFile: ['the file is empty', 'write a template into it, or delete it'],
  noTemplates: ['the file or folder holds no template', 'name one that does, or label its ConfigMap'],
  notATemplate: ['the object is of another kind', 'keep it in another file'],
  unlabelled: ['the ConfigMap looks like a template and is not labelled as one', 'label it `pod-injector.dev/template: "true"`'],
  templateLabel: [
    'the label of a template has another value than `"true"`',
    'write `"true"`, or `"false"` for a ConfigMap that is none',
  ],
  templateKeyMissing: ['a ConfigMap that is labelled as a template has no text', "put the template's text under `data.template`"],
  templateKeyTwice: ['the ConfigMap has both `template` and `config`', 'remove one of them'],
  binaryData: ['a template is text, and the ConfigMap has `binaryData`', 'put the text under `data.template` as UTF-8'],
  duplicateTemplate: ['two files or ConfigMaps have a template of one name', 'rename or remove one of them'],
} as const;
