/** Why an object is without injection that the engine alone can't know: stable code → its one sentence. */
export const causes = {
  annotationMisspelt: 'an annotation looks like one of ours and is none',
  annotationMisplaced: 'an annotation of ours stands where nothing reads it',
  namespaceLabel: "the namespace's label does not turn its default on",
  namespaceExcluded: 'nothing in this namespace is injected',
  namespaceUnknown: 'the namespace is not known, so neither is its default',
  webhookMissing: 'no webhook configuration of the injector is registered in the cluster',
  namespaceNotSelected: 'no entry of the webhook configuration selects the namespace',
  createdBeforeWebhook: 'the object was created before the webhook was registered',
  askedLater: 'the annotation was written after the object was created',
  templateMissingThen: 'the template was made after the object',
  templateChanged: 'the template has changed since it was injected',
  webhookMissed: 'the API server did not reach the webhook, or it did not answer, and the object was let through',
} as const;
export type CauseCode = keyof typeof causes;
