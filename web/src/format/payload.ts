import type { Schemas } from '../api/client';

/** Whether a payload's text is JSON to be shown as such; the rest is plain text or base64. */
export function isJson(payload: Schemas['Payload']) {
  return payload.format !== 'text' && payload.format !== 'base64';
}
