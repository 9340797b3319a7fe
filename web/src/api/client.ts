import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

/** The shapes of src/api/openapi.yaml; `npm run generate` makes schema.d.ts from it. */
export type Schemas = components['schemas'];

export const api = createClient<paths>({ baseUrl: '/' });

/** The server's own words for why not: a problem document (RFC 9457). */
export class Refusal extends Error {
  constructor(readonly problem: Schemas['Problem']) {
    super(problem.detail || problem.title);
  }
}

/** No answer at all: the server is away, or the network is. */
export class Unreachable extends Error {
  constructor() {
    super('weft did not answer');
  }
}

/** The data of an answer, or an exception: Refusal for what the server says no to, Unreachable for silence. */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new Unreachable();
  });
  if (response.ok) return data as T;
  throw new Refusal(asProblem(error, response.status));
}

/** Something between us and the server may answer in its own words; those become a problem too. */
export function asProblem(error: unknown, status: number): Schemas['Problem'] {
  if (typeof error === 'object' && error !== null && 'detail' in error && 'title' in error) {
    return error as Schemas['Problem'];
  }
  const detail = typeof error === 'string' && error.length > 0 && error.length < 500 ? error : `The answer was ${status}.`;
  return { type: 'about:blank', title: 'Unexpected answer', status, code: 'unknown', detail };
}
