const leadMax = 160;

/** A short description stands in the header alone; of a long one its first sentence does, and the page has it whole. */
export function describe(text: string): { lead: string; whole: string | undefined } {
  if (text.length <= leadMax) return { lead: text, whole: undefined };
  return { lead: text.split(/(?<=\.)\s/)[0] ?? text, whole: text };
}
