/** One request to the API, and the command of weft that does the same. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  command?: string;
}

/** For a POSIX shell. */
export function asCurl({ method, path, headers = {}, body }: Call, origin: string): string {
  const lines = [`curl -sS ${method === 'GET' ? '' : `-X ${method} `}${quoted(origin + path)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(typeof body === 'string' ? body : JSON.stringify(body, null, 2))}`);
  return lines.join(' \\\n  ');
}

function quoted(text: string) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
