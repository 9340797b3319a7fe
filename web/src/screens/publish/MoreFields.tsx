import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { NativeSelect, TextArea, TextField } from '../../design/Field';
import { SelectField } from '../../design/overlays';
import { DefinedAttributes, useDefinitions } from './DefinedAttributes';
import { type Draft, findingAt, findingFor } from './draft';
import { type AttributeType, portKinds } from './draft_more';
import styles from './Publish.module.css';

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  check: Schemas['Check'] | undefined;
}

export const audienceTexts: Record<Schemas['Audience'], { text: string; note: string }> = {
  open: { text: 'Anyone in the mesh', note: 'may read the records' },
  domain: { text: 'Teams of the domain', note: 'may read the records' },
  by_request: { text: 'Who asks the owner', note: 'the owner decides' },
  private: { text: 'The owner’s team', note: 'nobody else reads' },
};

/** Who may read, and how careful readers must be. */
export function WhoReads({ draft, set, check }: Props) {
  return (
    <div className={styles.two}>
      <div data-field="audience">
        <SelectField
          label="Who may read"
          placeholder="Choose who"
          value={draft.audience}
          onChange={(audience) => set({ audience })}
          options={(['open', 'domain', 'by_request', 'private'] as const).map((value) => ({ value, text: audienceTexts[value].text, label: <>{audienceTexts[value].text} <span className="small muted">{audienceTexts[value].note}</span></> }))}
          finding={findingFor(check, 'audience')}
        />
      </div>
      <div data-field="sensitivity">
        <SelectField
          label="Sensitivity"
          placeholder="Choose one"
          value={draft.sensitivity}
          onChange={(sensitivity) => set({ sensitivity })}
          options={(['public', 'internal', 'confidential', 'personal_data'] as const).map((value) => ({ value, text: value.replace('_', ' '), label: <State of={value === 'personal_data' ? 'personal' : value} /> }))}
          finding={findingFor(check, 'sensitivity')}
        />
      </div>
    </div>
  );
}

/** What helps readers and is not needed to publish. Open when something is in it. */
export function MoreFields({ draft, set, check }: Props) {
  const filled = draft.links.length + draft.attributes.length + (draft.ports.length - 1) + (draft.terms ? 1 : 0) + (draft.support.title || draft.support.url ? 1 : 0);
  const troubled = ['links', 'support', 'terms', 'attributes'].some((field) => findingFor(check, field) !== undefined) || (check?.findings ?? []).some((one) => one.severity !== 'passes' && /^ports\[[1-9]/.test(one.field));
  return (
    <div className={styles.sectionLine} id="more">
      <details className={styles.section} open={filled > 0 || troubled}>
        <summary>
          <h2 className={styles.moreTitle}>More for readers</h2> <span className="small muted">links, support, terms, attributes, other ports{filled > 0 ? `: ${filled} given` : ''}</span>
        </summary>
        <div className={styles.more}>
          <Links draft={draft} set={set} check={check} />
          <div className={styles.two} data-field="support">
            <TextField label="Support" optional placeholder="#trades-help" value={draft.support.title} onChange={(event) => set({ support: { ...draft.support, title: event.target.value } })} finding={findingAt(check, 'support.title')} />
            <TextField label="Support address" optional placeholder="https://chat.example/trades-help" value={draft.support.url} onChange={(event) => set({ support: { ...draft.support, url: event.target.value } })} finding={findingAt(check, 'support.url')} spellCheck={false} />
          </div>
          <div data-field="terms">
            <TextArea label="Terms" optional rows={3} maxLength={10_000} value={draft.terms} onChange={(event) => set({ terms: event.target.value })} hint="What readers agree to. Markdown." finding={findingFor(check, 'terms')} />
          </div>
          <Attributes draft={draft} set={set} check={check} />
          <Ports draft={draft} set={set} check={check} />
        </div>
      </details>
    </div>
  );
}

function Rows({ legend, add, onAdd, children }: { legend: string; add: string; onAdd: () => void; children: ReactNode }) {
  return (
    <fieldset className={styles.rows}>
      <legend className="strong">
        {legend}{' '}
        <span className="small muted" style={{ fontWeight: 400 }}>
          optional
        </span>
      </legend>
      {children}
      <Button small icon={Plus} onClick={onAdd}>
        {add}
      </Button>
    </fieldset>
  );
}

function Remove({ what, onClick }: { what: string; onClick: () => void }) {
  return <Button kind="quiet" small icon={X} aria-label={`Remove ${what}`} onClick={onClick} />;
}

const changed = <T,>(list: T[], at: number, change: Partial<T>): T[] => list.map((one, index) => (index === at ? { ...one, ...change } : one));
const without = <T,>(list: T[], at: number): T[] => list.filter((_, index) => index !== at);

function Links({ draft, set, check }: Props) {
  const { links } = draft;
  return (
    <div data-field="links">
      <Rows legend="Documentation" add="Add a link" onAdd={() => set({ links: [...links, { title: '', url: '' }] })}>
        {links.map((link, at) => (
          <div key={at} className={styles.row}>
            <TextField label={`Title of link ${at + 1}`} value={link.title} onChange={(event) => set({ links: changed(links, at, { title: event.target.value }) })} finding={findingAt(check, `links[${at}].title`)} />
            <TextField label={`Address of link ${at + 1}`} placeholder="https://" value={link.url} onChange={(event) => set({ links: changed(links, at, { url: event.target.value }) })} finding={findingAt(check, `links[${at}].url`)} spellCheck={false} />
            <Remove what={`link ${at + 1}`} onClick={() => set({ links: without(links, at) })} />
          </div>
        ))}
      </Rows>
    </div>
  );
}

const typeTexts: Record<AttributeType, string> = { text: 'Text', number: 'Number', boolean: 'Yes or no', date: 'Day', list: 'List' };

function Attributes({ draft, set, check }: Props) {
  const { attributes } = draft;
  const definitions = useDefinitions(draft.domain);
  const defined = new Set(definitions.map(({ name }) => name));
  return (
    <div data-field="attributes">
      <DefinedAttributes definitions={definitions} draft={draft} set={set} check={check} />
      <Rows legend="Attributes" add="Add an attribute" onAdd={() => set({ attributes: [...attributes, { name: '', type: 'text', text: '' }] })}>
        {attributes.map((row, at) => defined.has(row.name) ? null : (
          <div key={at} className={styles.row}>
            <TextField label={`Attribute ${at + 1}`} className="mono" placeholder="cost_center" value={row.name} onChange={(event) => set({ attributes: changed(attributes, at, { name: event.target.value }) })} spellCheck={false} finding={findingAt(check, `attributes.${row.name}`)} />
            <NativeSelect label={`Type of attribute ${at + 1}`} value={row.type} onChange={(event) => set({ attributes: changed(attributes, at, { type: event.target.value as AttributeType, text: event.target.value === 'boolean' ? 'true' : row.text }) })}>
              {(Object.keys(typeTexts) as AttributeType[]).map((type) => (
                <option key={type} value={type}>
                  {typeTexts[type]}
                </option>
              ))}
            </NativeSelect>
            {row.type === 'boolean' ? (
              <NativeSelect label={`Value of attribute ${at + 1}`} value={row.text} onChange={(event) => set({ attributes: changed(attributes, at, { text: event.target.value }) })}>
                <option value="true">yes</option>
                <option value="false">no</option>
              </NativeSelect>
            ) : (
              <TextField label={`Value of attribute ${at + 1}`} type={row.type === 'date' ? 'date' : 'text'} inputMode={row.type === 'number' ? 'decimal' : 'text'} placeholder={row.type === 'list' ? 'eu, us' : ''} value={row.text} onChange={(event) => set({ attributes: changed(attributes, at, { text: event.target.value }) })} />
            )}
            <Remove what={`attribute ${at + 1}`} onClick={() => set({ attributes: without(attributes, at) })} />
          </div>
        ))}
      </Rows>
    </div>
  );
}

/** Ports besides the first one: other ways to the same data. */
function Ports({ draft, set, check }: Props) {
  const { ports } = draft;
  return (
    <div data-field="ports">
      <Rows legend="Other ports" add="Add a port" onAdd={() => set({ ports: [...ports, { kind: 'rest', name: `port${ports.length}`, address: '' }] })}>
        {ports.map((port, at) => {
          if (at === 0) return null;
          const place = `ports[${at}]`;
          const put = (change: Partial<Schemas['PortInput']>) => set({ ports: changed(ports, at, change) });
          if ((port.kind ?? 'stream') === 'stream') {
            return (
              <p key={place}>
                Stream <code className="code">{port.topic}</code> <Remove what={`stream ${port.topic}`} onClick={() => set({ ports: without(ports, at) })} />
              </p>
            );
          }
          return (
            <div key={place} className={styles.port}>
              <div className={styles.row}>
                <TextField label={`Name of port ${at + 1}`} className="mono" value={port.name ?? ''} onChange={(event) => put({ name: event.target.value })} finding={findingAt(check, `${place}.name`)} spellCheck={false} />
                <NativeSelect label={`Kind of port ${at + 1}`} value={port.kind ?? ''} onChange={(event) => put({ kind: event.target.value })} finding={findingAt(check, `${place}.kind`)}>
                  {portKinds.map(({ kind, text }) => (
                    <option key={kind} value={kind}>
                      {text}
                    </option>
                  ))}
                </NativeSelect>
                <TextField label={`Format of port ${at + 1}`} placeholder="json" value={port.format ?? ''} onChange={(event) => put({ format: event.target.value })} finding={findingAt(check, `${place}.format`)} />
                <Remove what={`port ${at + 1}`} onClick={() => set({ ports: without(ports, at) })} />
              </div>
              <TextField label={`Address of port ${at + 1}`} placeholder="https://prices.example/v2" value={port.address ?? ''} onChange={(event) => put({ address: event.target.value })} finding={findingAt(check, `${place}.address`)} spellCheck={false} />
              <TextField
                label={`Probe of port ${at + 1}`}
                optional
                placeholder="https://prices.example/health"
                hint="weft asks it each minute and shows whether it answers: an address that answers GET with 2xx, or host:port."
                value={port.probe?.target ?? ''}
                onChange={(event) => {
                  const target = event.target.value.trim();
                  put({ probe: target === '' ? null : { ...port.probe, kind: target.includes('://') ? 'http' : 'tcp', target } });
                }}
                finding={findingAt(check, `${place}.probe.target`)}
                spellCheck={false}
              />
              <TextField
                label={`Contract of port ${at + 1}`}
                optional
                placeholder="https://prices.example/openapi.yaml"
                hint={port.contract?.text ? 'A contract document is stored with this product.' : 'Where the document stands that says what it answers.'}
                value={port.contract?.url ?? ''}
                onChange={(event) => {
                  const url = event.target.value.trim();
                  put({ contract: url === '' && !port.contract?.text ? null : { media_type: port.contract?.media_type ?? 'application/yaml', text: port.contract?.text ?? '', url } });
                }}
                finding={findingAt(check, `${place}.contract.url`)}
                spellCheck={false}
              />
            </div>
          );
        })}
      </Rows>
    </div>
  );
}
