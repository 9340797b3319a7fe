import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Check, Terminal, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { answer, api, Refusal, type Schemas } from '../../api/client';
import { checkQuery, meQuery, teamsQuery, topicQuery } from '../../api/queries';
import { Badge, State } from '../../design/Badge';
import { Button, buttonClass } from '../../design/Button';
import { Choices, type FieldFinding, FindingLine, NativeSelect, TextArea, TextField } from '../../design/Field';
import { HistoryThread } from '../../design/HistoryThread';
import { Icon } from '../../design/Icon';
import { TopicLines } from '../../design/icons';
import { SelectField } from '../../design/overlays';
import { Avatar, toast } from '../../design/parts';
import { historyShort } from '../../format/facts';
import { bytes, plural, rate } from '../../format/quantity';
import { useKeys } from '../../frame/keys';
import { useLive, useMetrics } from '../../live/hooks';
import { ErrorPage } from '../errors';
import { PageHeading } from '../PageHeading';
import { Checks } from './Checks';
import { applySuggestion, type Draft, draftOf, findingFor, rootOf, type Step, startDraft, stepOf, toCheck, toInput } from './draft';
import { MoreFields, WhoReads } from './MoreFields';
import styles from './Publish.module.css';

const Newer = lazy(() => import('./Newer'));
const ApiCall = lazy(() => import('./ApiCall'));
const route = getRouteApi('/publish/$topic');

/** Publishing one topic. The server is the only validator: it checks while one types, and again when it is meant. */
export default function PublishForm() {
  const { topic } = route.useParams();
  const query = useQuery(topicQuery(topic));
  const me = useQuery(meQuery);
  if (query.isError) return <ErrorPage error={query.error} />;
  if (!query.data || !me.data) return <div role="status" aria-label="Loading the topic" />;
  const { product } = query.data.topic;
  if (product) {
    const [domain = '', name = ''] = product.split('/');
    return (
      <div className={styles.head}>
        <PageHeading>
          <span>{topic}</span> is published already
        </PageHeading>
        <Link to="/products/$domain/$name/overview" params={{ domain, name }} className={buttonClass('primary')}>
          Open {product}
        </Link>
      </div>
    );
  }
  return <Form key={topic} topic={query.data.topic} me={me.data} />;
}

/** One form for publishing and for editing; `product` when there is one already. */
export function Form({ topic, me, product }: { topic: Schemas['Topic'] | undefined; me: Schemas['Me']; product?: Schemas['Product'] }) {
  const [draft, setDraft, discard] = useDraft(topic, me, product);
  const check = useChecked(draft);
  const { busy, error, newer, publish } = usePublish(draft, discard);
  const verb = product ? 'Save' : 'Publish';
  const [showCall, setShowCall] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const focusField = (field: string) => {
    const frame = form.current?.querySelector(`[data-field="${rootOf(field)}"]`);
    frame?.querySelector<HTMLElement>('input, textarea, select, button')?.focus();
    frame?.scrollIntoView({ block: 'center' });
  };
  const suggest = (field: string, value: string) => setDraft(applySuggestion(draft, field, value));
  useKeys({
    'ctrl .': () => {
      const first = check.data?.findings.find((finding) => finding.suggestion !== undefined && finding.severity !== 'passes');
      if (first?.suggestion !== undefined) suggest(first.field, first.suggestion);
    },
  });
  return (
    <>
      <div className={styles.head}>
        <PageHeading>
          {product ? 'Edit' : 'Publish'} <span>{product ? product.name : topic?.name}</span>
        </PageHeading>
        {product ? <span className="small muted">version {draft.version}</span> : <Badge of="draft" />}
        <div className={styles.headActions}>
          <Button kind="quiet" onClick={discard}>
            {product ? 'Discard changes' : 'Discard draft'}
          </Button>
          <Button icon={Terminal} onClick={() => setShowCall(true)}>
            Show API call
          </Button>
        </div>
      </div>
      <div className={styles.columns}>
        <Steps topic={topic} check={check.data} />
        <div className={styles.form} ref={form}>
          <Describe topic={topic} me={me} draft={draft} set={set} check={check.data} />
          <PromiseFields draft={draft} set={set} check={check.data} />
          <MoreFields draft={draft} set={set} check={check.data} />
        </div>
        <Checks
          check={check.data}
          checking={check.isFetching}
          error={error ?? check.error ?? undefined}
          busy={busy}
          verb={verb}
          anonymous={me.kind === 'anonymous'}
          onField={focusField}
          onSuggestion={suggest}
          onPublish={() => publish()}
        />
      </div>
      <Suspense>{newer !== undefined && product && <Newer product={product} draft={draft} version={newer} onTake={(version) => publish(version)} onTheirs={discard} />}</Suspense>
      <Suspense>{showCall && <ApiCall draft={draft} onClose={() => setShowCall(false)} />}</Suspense>
    </>
  );
}

/** The draft outlives a reload, and a change of who one acts as; it is forgotten when it is published or discarded. */
function useDraft(topic: Schemas['Topic'] | undefined, me: Schemas['Me'], product: Schemas['Product'] | undefined) {
  const key = product ? `weft.edit.${product.id}` : `weft.draft.${topic?.name}`;
  const start = () => (product || !topic ? draftOf(product as Schemas['Product']) : startDraft(topic, me));
  const [draft, setDraft] = useState<Draft>(() => {
    const saved = sessionStorage.getItem(key);
    return saved ? { ...start(), ...JSON.parse(saved) } : start();
  });
  const save = (next: Draft) => {
    sessionStorage.setItem(key, JSON.stringify(next));
    setDraft(next);
  };
  const discard = () => {
    sessionStorage.removeItem(key);
    setDraft(start());
  };
  return [draft, save, discard] as const;
}

/** Asks the server a moment after the last key. */
function useChecked(draft: Draft) {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), 200);
    return () => clearTimeout(timer);
  }, [draft]);
  const client = useQueryClient();
  useLive(['rules'], () => void client.invalidateQueries({ queryKey: ['check'] }));
  const { data: me } = useQuery(meQuery);
  const body = toCheck(settled);
  // Another person gets other answers to the same draft.
  const query = checkQuery(body);
  return useQuery({ ...query, queryKey: [...query.queryKey, me?.principal] as unknown as typeof query.queryKey });
}

function usePublish(draft: Draft, discard: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [newer, setNewer] = useState<number>();
  const publish = async (version: number | undefined) => {
    setBusy(true);
    setError(undefined);
    setNewer(undefined);
    try {
      const { domain, name } = draft;
      const changed = await answer(api.PUT('/api/v1/products/{domain}/{name}', { params: { path: { domain, name }, header: version ? { 'If-Match': `"${version}"` } : {} }, body: toInput(draft) }));
      void client.invalidateQueries({ queryKey: ['products'] });
      void client.invalidateQueries({ queryKey: ['topics'] });
      void client.invalidateQueries({ queryKey: ['topic'] });
      void client.invalidateQueries({ queryKey: ['versions', domain, name] });
      void client.invalidateQueries({ queryKey: ['product', domain, name] });
      await navigate({ to: '/products/$domain/$name/overview', params: { domain, name } });
      discard();
      if (version === undefined) toast({ tone: 'ok', title: `${changed.product.id} is published`, text: `Anybody in the mesh can find it now. Audit ${changed.audit_id}` });
      else if (changed.audit_id === null) toast({ tone: 'info', title: 'Nothing differs', text: `Version ${changed.product.version} says the same.` });
      else toast({ tone: 'ok', title: `Saved as version ${changed.product.version}`, text: `Changes shows what is different. Audit ${changed.audit_id}` });
    } catch (caught) {
      if (caught instanceof Refusal && caught.problem.status === 412) setNewer(caught.problem.current_version);
      else setError(caught);
      setBusy(false);
    }
  };
  return { busy, error, newer, publish: (version = draft.version) => void publish(version) };
}

interface PartProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  check: Schemas['Check'] | undefined;
}

const descriptionMax = 10_000;
const descriptionMin = 20;

function Describe({ topic, me, draft, set, check }: PartProps & { topic: Schemas['Topic'] | undefined; me: Schemas['Me'] }) {
  const { data: teams } = useQuery(teamsQuery);
  const editing = draft.version !== undefined;
  const domains = [...new Set([...(topic?.domain ? [topic.domain] : []), ...me.domains])];
  const length = draft.description.trim().length;
  return (
    <div className={styles.sectionLine} id="describe">
      <section className={styles.section}>
        <h2>Describe</h2>
        <div className={styles.two}>
          <div data-field="name">
            <TextField label="Name" prefix={`${draft.domain || '?'}/`} className="mono" value={draft.name} readOnly={editing} onChange={(event) => set({ name: event.target.value })} finding={findingFor(check, 'name') ?? (topic?.domain ? findingFor(check, 'domain') : undefined)} spellCheck={false} autoComplete="off" />
          </div>
          <div data-field="owner">
            <SelectField
              label="Owner"
              placeholder="Choose a team"
              value={draft.owner || undefined}
              onChange={(owner) => set({ owner })}
              options={(teams?.teams ?? []).map((team) => ({
                value: team.name,
                text: `@${team.name}`,
                label: (
                  <>
                    <Avatar name={team.name} /> @{team.name}
                  </>
                ),
                ...(me.teams.includes(team.name) ? {} : { refused: 'not yours' }),
              }))}
              finding={findingFor(check, 'owner')}
            />
          </div>
        </div>
        {!editing && !topic?.domain && (
          <div data-field="domain">
            <NativeSelect label="Domain" value={draft.domain} onChange={(event) => set({ domain: event.target.value })} hint="The directory says of no domain that this topic is its own." finding={findingFor(check, 'domain')}>
              {draft.domain === '' && <option value="">Choose a domain</option>}
              {domains.map((domain) => (
                <option key={domain}>{domain}</option>
              ))}
            </NativeSelect>
          </div>
        )}
        <div data-field="description">
          <TextArea
            label="What one event means"
            rows={3}
            maxLength={descriptionMax}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
            count={<span className={length < descriptionMin ? 'muted' : ''}>{length < descriptionMin ? `${length} / ${descriptionMin}` : length}</span>}
            hint="Who did what, and when it is written. Readers choose by the first sentence. Markdown."
            finding={findingFor(check, 'description')}
          />
        </div>
        <div data-field="tags">
          <Tags tags={draft.tags} onChange={(tags) => set({ tags })} finding={findingFor(check, 'tags')} />
        </div>
      </section>
    </div>
  );
}

function Tags({ tags, onChange, finding }: { tags: string[]; onChange: (tags: string[]) => void; finding: FieldFinding | undefined }) {
  const [text, setText] = useState('');
  const add = () => {
    const tag = text.trim();
    if (tag && !tags.includes(tag)) onChange([...tags, tag]);
    setText('');
  };
  return (
    <fieldset>
      <legend className="strong" style={{ marginBottom: 6 }}>
        Tags{' '}
        <span className="small muted" style={{ fontWeight: 400 }}>
          optional
        </span>
      </legend>
      <div className={styles.tags}>
        {tags.map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
            <button type="button" aria-label={`Remove tag ${tag}`} onClick={() => onChange(tags.filter((other) => other !== tag))}>
              <Icon of={X} size={12} />
            </button>
          </span>
        ))}
        <input
          aria-label="Add a tag"
          placeholder={tags.length === 0 ? 'trading, alerts' : ''}
          value={text}
          maxLength={40}
          onChange={(event) => setText(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || event.key === ',') {
              event.preventDefault();
              add();
            } else if (event.key === 'Backspace' && text === '') onChange(tags.slice(0, -1));
          }}
        />
      </div>
      {finding && (
        <div style={{ marginTop: 6 }}>
          <FindingLine finding={finding} />
        </div>
      )}
    </fieldset>
  );
}

const qualityTexts = {
  authoritative: 'The source all others follow',
  curated: 'Checked, derived from others',
  raw: 'As it came in, no promise',
} as const;
const slaTexts = ['business critical, watched day and night', 'watched in working hours', 'best effort'];

function PromiseFields({ draft, set, check }: PartProps) {
  return (
    <div className={styles.sectionLine} id="promise">
      <section className={styles.section}>
        <h2>Promise</h2>
        <div data-field="quality">
          <Choices
            legend="Quality"
            name="quality"
            value={draft.quality}
            onChange={(quality) => set({ quality })}
            choices={(['authoritative', 'curated', 'raw'] as const).map((value) => ({ value, title: <State of={value} />, text: qualityTexts[value] }))}
            finding={findingFor(check, 'quality')}
          />
        </div>
        <div data-field="sla">
          <SelectField
            label="SLA tier"
            placeholder="Choose a tier"
            value={draft.sla === undefined ? undefined : String(draft.sla)}
            onChange={(sla) => set({ sla: Number(sla) as Schemas['SlaTier'] })}
            options={([1, 2, 3] as const).map((tier) => ({
              value: String(tier),
              text: `Tier ${tier}`,
              label: (
                <>
                  <State of={`tier${tier}`} /> <span className="small muted">{slaTexts[tier - 1]}</span>
                </>
              ),
            }))}
            finding={findingFor(check, 'sla')}
          />
        </div>
        <WhoReads draft={draft} set={set} check={check} />
      </section>
    </div>
  );
}

const steps: { step: Step; name: string }[] = [
  { step: 'source', name: 'Source' },
  { step: 'describe', name: 'Describe' },
  { step: 'promise', name: 'Promise' },
  { step: 'more', name: 'More for readers' },
];

function Steps({ topic, check }: { topic: Schemas['Topic'] | undefined; check: Schemas['Check'] | undefined }) {
  const counts = (step: Step, severity: 'blocks' | 'warns') => (check?.findings ?? []).filter((finding) => finding.severity === severity && stepOf(finding) === step).length;
  const firstOpen = steps.find(({ step }) => counts(step, 'blocks') > 0)?.step;
  return (
    <aside className={styles.steps} aria-label="Steps">
      <ol>
        {steps.map(({ step, name }, index) => {
          const blocks = counts(step, 'blocks');
          const warns = counts(step, 'warns');
          const state = blocks === 0 && check ? 'done' : step === firstOpen ? 'now' : 'later';
          const said: ReactNode = !check ? 'not checked yet' : blocks + warns === 0 ? (step === 'source' ? 'ready' : step === 'more' ? 'optional' : 'complete') : [blocks > 0 && `${blocks} ${blocks === 1 ? 'finding blocks' : 'block'}`, warns > 0 && `${warns} ${warns === 1 ? 'warns' : 'warn'}`].filter(Boolean).join(', ');
          return (
            <li key={step} className={styles.step}>
              <span className={styles.dot} data-state={state}>
                {state === 'done' ? <Icon of={Check} size={12} /> : index + 1}
              </span>
              <span>
                {step === 'source' ? <b className="strong">{name}</b> : <a href={`#${step}`}>{name}</a>}
                <small data-tone={blocks > 0 ? 'blocks' : warns > 0 ? 'warns' : undefined}>{said}</small>
              </span>
            </li>
          );
        })}
      </ol>
      {topic && <Source topic={topic} />}
    </aside>
  );
}

function Source({ topic }: { topic: Schemas['Topic'] }) {
  const { facts } = topic;
  const current = useMetrics([`topic_metrics:${topic.name}`]).get(`topic_metrics:${topic.name}`)?.rate ?? facts.rate;
  return (
    <dl className={styles.source}>
      <dt>Source</dt>
      <dd className={styles.topic}>
        <Icon of={TopicLines} size={14} />
        <span className="mono">{topic.name}</span>
      </dd>
      <dd>{current ? rate(current.records_per_second) : 'rate not measured yet'}</dd>
      <dt>Schema</dt>
      <dd>{facts.schema ? `Avro v${facts.schema.version}, ${plural(facts.schema.fields, 'field')}` : <State of="warns">no value schema</State>}</dd>
      <dt>History held</dt>
      <dd className={styles.topic}>
        {facts.history ? (
          <>
            <HistoryThread kind={facts.history.kind} width={30} /> {historyShort(facts.history)}
          </>
        ) : (
          'not known yet'
        )}
      </dd>
      <dt>Where</dt>
      <dd>
        {topic.cluster}
        {facts.partitions ? ` · ${plural(facts.partitions, 'partition')}` : ''}
        {facts.size ? ` · ${bytes(facts.size.bytes)}` : ''}
      </dd>
    </dl>
  );
}
