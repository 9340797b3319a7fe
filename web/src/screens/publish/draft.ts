import type { Schemas } from '../../api/client';
import type { FieldFinding } from '../../design/Field';

export interface Draft {
  domain: string;
  name: string;
  owner: string;
  description: string;
  quality: Schemas['Quality'] | undefined;
  sla: Schemas['SlaTier'] | undefined;
  tags: string[];
  topic: string;
}

/** Where a publication starts: what the topic and the reader's teams already say. */
export function startDraft(topic: Schemas['Topic'], me: Schemas['Me'] | undefined): Draft {
  const domain = topic.domain ?? me?.domains[0] ?? '';
  return {
    domain,
    name: topic.name,
    owner: me?.teams.length === 1 ? (me.teams[0] ?? '') : '',
    description: '',
    quality: undefined,
    sla: undefined,
    tags: [],
    topic: topic.name,
  };
}

/** For the server's check: what is not filled in is left out. */
export function toCheck(draft: Draft): Schemas['ProductDraft'] {
  const { domain, name, owner, description, quality, sla, tags, topic } = draft;
  return {
    ...(domain && { domain }),
    ...(name && { name }),
    ...(owner && { owner }),
    ...(description && { description }),
    ...(quality && { quality }),
    ...(sla && { sla }),
    ...(tags.length > 0 && { tags }),
    ports: [{ topic }],
  };
}

/** The body of the publishing call. What is missing goes out as it is: the server says what it thinks of it. */
export function toInput(draft: Draft): Schemas['ProductInput'] {
  const { owner, description, quality, sla, tags, topic } = draft;
  return { owner, description, quality, sla, tags, ports: [{ topic }] } as Schemas['ProductInput'];
}

export function productPath(draft: Draft): string {
  return `/api/v1/products/${encodeURIComponent(draft.domain)}/${encodeURIComponent(draft.name)}`;
}

/** The same call for a terminal. */
export function asCurl(draft: Draft, server: string): string {
  const body = JSON.stringify(toInput(draft), null, 2).replaceAll("'", "'\\''");
  return `curl -X PUT ${server}${productPath(draft)} \\
  -H 'Content-Type: application/json' \\
  -b "$WEFT_COOKIES" \\
  -d '${body}'`;
}

/** And for weft's own command line. */
export function asCommand(draft: Draft): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const { domain, name, owner, description, quality, sla, tags, topic } = draft;
  return [
    `weft product publish ${domain}/${name} --topic ${topic}`,
    `--owner ${owner || 'TEAM'}`,
    `--description ${quote(description)}`,
    `--quality ${quality ?? 'QUALITY'} --sla ${sla ?? 'TIER'}`,
    ...tags.map((tag) => `--tag ${quote(tag)}`),
  ].join(' \\\n  ');
}

export type Step = 'source' | 'describe' | 'promise';

const stepOfField: Record<string, Step> = {
  ports: 'source',
  domain: 'describe',
  name: 'describe',
  owner: 'describe',
  description: 'describe',
  tags: 'describe',
  quality: 'promise',
  sla: 'promise',
  lifecycle: 'promise',
};

/** "tags[2]" and "ports[0].topic" belong to the field they begin with. */
export function rootOf(field: string): string {
  return /^[a-z_]*/.exec(field)?.[0] ?? '';
}

export function stepOf(finding: Schemas['Finding']): Step {
  return stepOfField[rootOf(finding.field)] ?? 'source';
}

/** What is said under a field: the gravest finding about it. */
export function findingFor(check: Schemas['Check'] | undefined, field: string): FieldFinding | undefined {
  const about = (check?.findings ?? []).filter((finding) => rootOf(finding.field) === field && finding.severity !== 'passes');
  const gravest = about.find((finding) => finding.severity === 'blocks') ?? about[0];
  return gravest && { severity: gravest.severity === 'blocks' ? 'blocks' : 'warns', message: [gravest.message, gravest.fix].filter(Boolean).join(' ') };
}

/** Why the button cannot do it now; undefined when it can. */
export function whyBlocked(check: Schemas['Check'] | undefined): string | undefined {
  if (!check) return 'Publish – checking';
  if (check.blocks > 0) return `Publish – ${check.blocks} ${check.blocks === 1 ? 'finding blocks' : 'findings block'}`;
  return undefined;
}

/** Puts a value that the server suggests where it belongs. */
export function applySuggestion(draft: Draft, field: string, value: string): Draft {
  switch (rootOf(field)) {
    case 'name':
      return { ...draft, name: value };
    case 'domain':
      return { ...draft, domain: value };
    case 'owner':
      return { ...draft, owner: value };
    case 'description':
      return { ...draft, description: value };
    case 'quality':
      return { ...draft, quality: value as Schemas['Quality'] };
    case 'sla':
      return { ...draft, sla: Number(value) as Schemas['SlaTier'] };
    default: {
      const at = Number(/^tags\[(\d+)\]/.exec(field)?.[1]);
      return Number.isInteger(at) ? { ...draft, tags: draft.tags.map((tag, index) => (index === at ? value : tag)) } : draft;
    }
  }
}
