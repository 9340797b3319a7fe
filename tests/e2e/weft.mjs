import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = new URL('../../', import.meta.url).pathname;
export const binary = process.env.WEFT_BIN ?? path.join(root, 'build/release/weft');

/** A weft with the demo mesh on free ports and a data folder of its own; answers when it is ready. */
export async function startDemo({ dataDir, http = '127.0.0.1:0' } = {}) {
  if (process.env.WEFT_URL) return { url: process.env.WEFT_URL, stop: async () => {}, started: false };
  const data = dataDir ?? mkdtempSync(path.join(tmpdir(), 'weft-e2e-'));
  const listen = ['--kafka', '--registry', '--ksql'].flatMap((port) => [port, '127.0.0.1:0']);
  const child = spawn(binary, ['demo', '--data-dir', data, ...listen, '--http', http, '--log-level', 'warn', '--ready-json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ready = await new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`weft ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"ready":')) resolve(JSON.parse(line));
    });
  });
  return {
    url: ready.http.startsWith('http') ? ready.http : `http://${ready.http}`,
    data,
    kafka: ready.kafka,
    registry: ready.registry.startsWith('http') ? ready.registry : `http://${ready.registry}`,
    started: true,
    stop: async ({ keep = false } = {}) => {
      child.kill('SIGTERM');
      await ended;
      if (!keep) rmSync(data, { recursive: true, force: true });
    },
  };
}
