/** What a rule does, in the words of findings. */
export const severityState = { block: 'blocks', warn: 'warns' } as const;
