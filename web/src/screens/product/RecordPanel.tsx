import { useQuery } from '@tanstack/react-query';
import { Download, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client';
import { isJson } from '../../format/payload';
import { recordQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { CopyButton, Segments } from '../../design/parts';
import { bytes, count, plural } from '../../format/quantity';
import { exactUtc } from '../../format/time';
import { ErrorNote } from '../errors';
import { JsonText } from './JsonText';
import { permalink, type SamplesSearch } from './position';
import styles from './Samples.module.css';

type Shown = NonNullable<SamplesSearch['show']> | 'pretty';

/** One record, whole. */
export function RecordPanel({ domain, name, place, known, show, onShow, onClose }: {
  domain: string;
  name: string;
  place: { partition: number; offset: number };
  /** As it stands in the list, so that the panel opens at once. */
  known: Schemas['Record'] | undefined;
  show: SamplesSearch['show'];
  onShow: (show: SamplesSearch['show']) => void;
  onClose: () => void;
}) {
  const whole = known && !known.value?.cut && !known.key?.cut;
  const query = useQuery({ ...recordQuery(domain, name, place.partition, place.offset), enabled: !whole });
  const record = whole ? known : (query.data ?? known);
  return (
    <aside className={styles.panel} aria-label="Open record">
      <div className={styles.panelHead}>
        <h2>
          {place.partition}:{count(place.offset)}
        </h2>
        <CopyButton small text={() => new URL(permalink(domain, name, place), location.href).href}>
          Copy link
        </CopyButton>
        <Button kind="quiet" small icon={X} aria-label="Close the record" onClick={onClose} />
      </div>
      {query.isError && (
        <div style={{ padding: '0 var(--side)' }}>
          <ErrorNote error={query.error} retry={() => void query.refetch()} />
        </div>
      )}
      {record && <RecordView record={record} show={show ?? 'pretty'} onShow={(next) => onShow(next === 'pretty' ? undefined : next)} />}
    </aside>
  );
}

function RecordView({ record, show, onShow }: { record: Schemas['Record']; show: Shown; onShow: (show: Shown) => void }) {
  const { key, value, headers } = record;
  const sizes = [value && `${bytes(value.bytes)} value`, key && `${bytes(key.bytes)} key`, plural(headers.length, 'header')].filter(Boolean);
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="Time">
          <code>{exactUtc(record.timestamp)}</code>
        </Fact>
        <Fact name="Key">{key ? <code>{key.text}</code> : <span className="muted">none</span>}</Fact>
        <Fact name="Schema">{schemaWords(value)}</Fact>
        <Fact name="Size">{sizes.join(', ')}</Fact>
      </dl>
      <div className={styles.panelTools}>
        <Segments label="Show the record as" value={show} onChange={onShow} options={[{ value: 'pretty', label: 'Pretty' }, { value: 'raw', label: 'Raw' }, { value: 'headers', label: 'Headers' }]} />
        {value && (
          <CopyButton small text={value.text}>
            Copy
          </CopyButton>
        )}
      </div>
      {value?.why && <p className={styles.note}>Not decoded: {value.why}</p>}
      {value?.cut && (
        <p className={styles.note}>
          The first {bytes(new Blob([value.text]).size)} of {bytes(value.bytes)}.
        </p>
      )}
      {show === 'headers' ? (
        <Headers headers={headers} />
      ) : value === null ? (
        <p className={`${styles.body} muted`}>No value: a tombstone. It says that what this key held is deleted.</p>
      ) : (
        <pre className={styles.body} tabIndex={0}>
          {show === 'raw' || !isJson(value) ? <code>{value.text}</code> : <JsonText text={value.text} />}
        </pre>
      )}
    </>
  );
}

const languages = { avro: 'Avro', json: 'JSON Schema', protobuf: 'Protobuf', text: '', base64: '' } satisfies Record<Schemas['Payload']['format'], string>;

function schemaWords(value: Schemas['Payload'] | null): ReactNode {
  if (!value) return <span className="muted">no value</span>;
  if (!value.schema) return isJson(value) ? 'none: it is JSON' : value.format === 'base64' ? 'none: shown as base64' : 'none: shown as text';
  return `${value.schema.version === null ? '' : `v${value.schema.version} · `}id ${value.schema.id}${isJson(value) ? ` · ${languages[value.format]}` : ''}`;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Headers({ headers }: { headers: Schemas['Record']['headers'] }) {
  if (headers.length === 0) return <p className={`${styles.body} muted`}>This record has no headers.</p>;
  return (
    <dl className={styles.headers}>
      {headers.map((header, index) => (
        // Header names may repeat: their place is their identity.
        <div key={index}>
          <dt>{header.key}</dt>
          <dd>{header.value?.text ?? <span className="muted">null</span>}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Saves what is on screen, one JSON record a line, digit for digit. */
export function DownloadButton({ records, file }: { records: () => Schemas['Record'][]; file: string }) {
  const save = () => {
    const lines = records().map((record) => {
      const { partition, offset, timestamp, key, value } = record;
      const text = value === null ? 'null' : isJson(value) ? value.text : JSON.stringify(value.text);
      return `{"partition":${partition},"offset":${offset},"timestamp":"${timestamp}","key":${JSON.stringify(key?.text ?? null)},"value":${text}}\n`;
    });
    const url = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = file;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button small icon={Download} onClick={save}>
      Download rows
    </Button>
  );
}
