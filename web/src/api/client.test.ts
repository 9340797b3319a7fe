import { expect, test } from 'vitest';
import { say } from '../screens/errors';
import { answer, asProblem, Refusal, Unreachable } from './client';

const problem = { type: 'urn:weft:problem:forbidden', title: 'Not allowed', status: 403, code: 'forbidden', detail: 'Not published, 1 finding blocks.', audit_id: '01J5-93', findings: [{ field: 'owner', rule: 'owner-member', severity: 'blocks' as const, title: 'Only the owner team publishes', message: 'mkovac is no member.', fix: 'Act as a member.' }] };
const response = (status: number) => new Response(null, { status });

test('a refusal keeps the server’s words, its fix and its audit id', async () => {
  const refused = await answer(Promise.resolve({ error: problem, response: response(403) })).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refusal);
  expect(say(refused)).toMatchObject({ title: 'Not allowed', text: problem.detail, what: 'Act as a member.', auditId: '01J5-93' });
});

test('silence is said as silence', async () => {
  const failed = await answer(Promise.reject(new TypeError('fetch failed'))).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Unreachable);
  expect(say(failed).what).toContain('try again');
});

test('an answer of something in between becomes a problem of its own', () => {
  expect(asProblem('<html>Bad gateway</html>', 502)).toMatchObject({ status: 502, detail: '<html>Bad gateway</html>' });
  expect(asProblem(undefined, 500).detail).toBe('The answer was 500.');
});

test('every failure says what to do', () => {
  for (const status of [401, 404, 503]) expect(say(new Refusal({ ...problem, status, findings: [] })).what, String(status)).not.toBe('');
});
