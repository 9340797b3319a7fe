// The part of an address after "?", as people write it: repeated names are lists, nothing is encoded twice.

export type RawSearch = Record<string, string | string[]>;

export function parseSearch(text: string): RawSearch {
  const search: RawSearch = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = search[name];
    search[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return search;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') parameters.append(name, String(one));
    }
  }
  // Colons, slashes and commas are allowed there, and read better as they are.
  const text = parameters.toString().replace(/%3A/gi, ':').replace(/%2F/gi, '/').replace(/%2C/gi, ',');
  return text === '' ? '' : `?${text}`;
}

export function one(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

/** A list of values, or undefined for none; what is not allowed is left out. */
export function many<T extends string>(value: unknown, allowed?: readonly T[]): T[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).filter(
    (item): item is T => typeof item === 'string' && item !== '' && (!allowed || allowed.includes(item as T)),
  );
  return list.length > 0 ? list : undefined;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return many(value, allowed)?.[0];
}
