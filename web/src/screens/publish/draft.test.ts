import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { applySuggestion, asCurl, type Draft, draftOf, findingFor, stepOf, toCheck, toInput, whyBlocked } from './draft';

const draft: Draft = { domain: 'analytics', name: 'trades', owner: '', description: "One fill, at a venue's price", quality: undefined, sla: undefined, tags: ['a', 'b c'], audience: 'open', sensitivity: 'internal', links: [], support: { title: '', url: '' }, terms: '', attributes: [], ports: [{ topic: 'trades' }] };
const finding = (field: string, severity: 'blocks' | 'warns' | 'passes'): Schemas['Finding'] => ({ field, rule: 'rule', severity, title: 'Title', message: 'What.', fix: 'Fix.' });
const check = (findings: Schemas['Finding'][]): Schemas['Check'] => ({ publishable: false, blocks: findings.filter((one) => one.severity === 'blocks').length, warns: 0, passes: 0, findings });

test('what is not filled in is not sent to be checked', () => {
  expect(toCheck(draft)).toEqual({ domain: 'analytics', name: 'trades', description: draft.description, tags: ['a', 'b c'], audience: 'open', sensitivity: 'internal', ports: [{ topic: 'trades' }] });
});

test('the button says what keeps it from publishing', () => {
  expect(whyBlocked(undefined)).toBe('Publish – checking');
  expect(whyBlocked(check([finding('owner', 'blocks'), finding('sla', 'blocks')]))).toBe('Publish – 2 findings block');
  expect(whyBlocked(check([finding('tags', 'warns')]))).toBeUndefined();
});

test('a field says its gravest finding', () => {
  const about = check([finding('tags[1]', 'warns'), finding('tags', 'blocks'), finding('name', 'passes')]);
  expect(findingFor(about, 'tags')).toEqual({ severity: 'blocks', message: 'What. Fix.' });
  expect(findingFor(about, 'name')).toBeUndefined();
});

test('a finding belongs to the step of its field', () => {
  expect([finding('ports[0].topic', 'blocks'), finding('tags[2]', 'warns'), finding('sla', 'blocks')].map(stepOf)).toEqual(['source', 'describe', 'promise']);
});

test('an edit starts with the product as it is', () => {
  const product = { version: 3, domain: 'd', name: 'n', owner: 't', description: 'x', quality: 'raw', sla: 1, tags: [], audience: 'domain', sensitivity: 'public', links: [], support: null, terms: '', attributes: { cost: 1.5, on: true, since: '2024-02-29', regions: ['eu', 'us'] }, ports: [{ name: 'stream', kind: 'stream', cluster: 'c', environment: 'e', region: 'r', topic: 'n', subject: 'n-value' }] } as unknown as Schemas['Product'];
  const body = toInput(draftOf(product));
  expect(body.attributes).toEqual({ cost: 1.5, on: true, since: '2024-02-29', regions: ['eu', 'us'] });
  expect(body.ports).toEqual([{ name: 'stream', kind: 'stream', cluster: 'c', topic: 'n', subject: 'n-value' }]);
  expect(asCurl(draftOf(product), '')).toContain('If-Match: "3"');
});

test('a suggestion goes where its field is', () => {
  expect(applySuggestion(draft, 'sla', '2').sla).toBe(2);
  expect(applySuggestion(draft, 'tags[1]', 'bc').tags).toEqual(['a', 'bc']);
});

test('the call for a terminal survives a quote in the text', () => {
  expect(asCurl(draft, 'http://localhost:8080')).toContain("venue'\\''s price");
});
