import type { Schemas } from '../../api/client';
import type { FieldFinding } from '../../design/Field';
import { type AttributeRow, attributesOf, rowOf } from './draft_more';

export interface Draft {
  /** Of the product that is edited; absent when it is published for the first time. */
  version?: number;
  domain: string;
  name: string;
  owner: string;
  description: string;
  quality: Schemas['Quality'] | undefined;
  sla: Schemas['SlaTier'] | undefined;
  tags: string[];
  audience: Schemas['Audience'];
  sensitivity: Schemas['Sensitivity'];
  links: { title: string; url: string }[];
  support: { title: string; url: string };
  terms: string;
  attributes: AttributeRow[];
  /** The first one is what the form is about. */
  ports: Schemas['PortInput'][];
}

/** Where a publication starts: what the topic and the reader's teams already say. */
export function startDraft(topic: Schemas['Topic'], me: Schemas['Me'] | undefined): Draft {
  return {
    domain: topic.domain ?? me?.domains[0] ?? '',
    name: topic.name,
    owner: me?.teams.length === 1 ? (me.teams[0] ?? '') : '',
    description: '',
    quality: undefined,
    sla: undefined,
    tags: [],
    audience: 'open',
    sensitivity: 'internal',
    links: [],
    support: { title: '', url: '' },
    terms: '',
    attributes: [],
    ports: [{ topic: topic.name }],
  };
}

/** Where an edit starts: the product as it is. */
export function draftOf(product: Schemas['Product']): Draft {
  const { version, domain, name, owner, description, quality, sla, tags, audience, sensitivity, links, support, terms } = product;
  const attributes = Object.entries(product.attributes).map(([key, value]) => rowOf(key, value));
  const ports = product.ports.map((port): Schemas['PortInput'] => {
    if (port.kind !== 'stream') return port;
    const { name: portName, kind, cluster, topic, subject } = port;
    return { name: portName, kind, cluster, topic, subject };
  });
  return { version, domain, name, owner, description, quality, sla, tags, audience, sensitivity, links, support: support ?? { title: '', url: '' }, terms, attributes, ports };
}

/** What the owner says besides name, place and promise; what is empty is left out. */
function rest(draft: Draft) {
  const { audience, sensitivity, links, support, terms, attributes } = draft;
  const rows = attributesOf(attributes);
  return {
    audience,
    sensitivity,
    ...(links.length > 0 && { links }),
    ...((support.title || support.url) && { support }),
    ...(terms && { terms }),
    ...(Object.keys(rows).length > 0 && { attributes: rows }),
  };
}

/** For the server's check: what is not filled in is left out. */
export function toCheck(draft: Draft): Schemas['ProductDraft'] {
  const { version, domain, name, owner, description, quality, sla, tags, ports } = draft;
  return {
    ...(version && { version }),
    ...(domain && { domain }),
    ...(name && { name }),
    ...(owner && { owner }),
    ...(description && { description }),
    ...(quality && { quality }),
    ...(sla && { sla }),
    ...(tags.length > 0 && { tags }),
    ...rest(draft),
    ports,
  };
}

/** The body of the publishing call. What is missing goes out as it is: the server says what it thinks of it. */
export function toInput(draft: Draft): Schemas['ProductInput'] {
  const { owner, description, quality, sla, tags, ports } = draft;
  return { owner, description, quality, sla, tags, ...rest(draft), ports } as Schemas['ProductInput'];
}

export function productPath(draft: Draft): string {
  return `/api/v1/products/${encodeURIComponent(draft.domain)}/${encodeURIComponent(draft.name)}`;
}

/** The same call for a terminal. */
export function asCurl(draft: Draft, server: string): string {
  const body = JSON.stringify(toInput(draft), null, 2).replaceAll("'", "'\\''");
  return `curl -X PUT ${server}${productPath(draft)} \\
  -H 'Content-Type: application/json' \\
${draft.version ? `  -H 'If-Match: "${draft.version}"' \\\n` : ''}  -b "$WEFT_COOKIES" \\
  -d '${body}'`;
}

/** And for weft's own command line. */
export function asCommand(draft: Draft): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const { domain, name, owner, description, quality, sla, tags, audience, sensitivity, ports } = draft;
  if (draft.version) return `weft product edit ${domain}/${name} --file product.json`;
  return [
    `weft product publish ${domain}/${name} --topic ${ports[0]?.topic ?? 'TOPIC'}`,
    `--owner ${owner || 'TEAM'}`,
    `--description ${quote(description)}`,
    `--quality ${quality ?? 'QUALITY'} --sla ${sla ?? 'TIER'}`,
    `--audience ${audience} --sensitivity ${sensitivity}`,
    ...tags.map((tag) => `--tag ${quote(tag)}`),
  ].join(' \\\n  ');
}

export type Step = 'source' | 'describe' | 'promise' | 'more';

const stepOfField: Record<string, Step> = {
  ports: 'source',
  domain: 'describe',
  name: 'describe',
  owner: 'describe',
  description: 'describe',
  tags: 'describe',
  quality: 'promise',
  sla: 'promise',
  audience: 'promise',
  sensitivity: 'promise',
  links: 'more',
  support: 'more',
  terms: 'more',
  attributes: 'more',
};

/** "tags[2]" and "ports[0].topic" belong to the field they begin with. */
export function rootOf(field: string): string {
  return /^[a-z_]*/.exec(field)?.[0] ?? '';
}

export function stepOf(finding: Schemas['Finding']): Step {
  // Ports behind the first are described further down.
  if (/^ports\[[1-9]/.test(finding.field)) return 'more';
  return stepOfField[rootOf(finding.field)] ?? 'source';
}

/** What is said under a field: the gravest finding about it. */
export function findingFor(check: Schemas['Check'] | undefined, field: string): FieldFinding | undefined {
  const about = (check?.findings ?? []).filter((finding) => rootOf(finding.field) === field && finding.severity !== 'passes');
  const gravest = about.find((finding) => finding.severity === 'blocks') ?? about[0];
  return gravest && { severity: gravest.severity === 'blocks' ? 'blocks' : 'warns', message: [gravest.message, gravest.fix].filter(Boolean).join(' ') };
}

/** The same of one place in a list: "links[1].url". */
export function findingAt(check: Schemas['Check'] | undefined, field: string): FieldFinding | undefined {
  const found = check?.findings.find((finding) => finding.severity !== 'passes' && (finding.field === field || finding.field.startsWith(`${field}.`)));
  return found && { severity: found.severity === 'blocks' ? 'blocks' : 'warns', message: [found.message, found.fix].filter(Boolean).join(' ') };
}

/** Why the button cannot do it now; undefined when it can. */
export function whyBlocked(check: Schemas['Check'] | undefined, verb = 'Publish'): string | undefined {
  if (!check) return `${verb} – checking`;
  if (check.blocks > 0) return `${verb} – ${check.blocks} ${check.blocks === 1 ? 'finding blocks' : 'findings block'}`;
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
