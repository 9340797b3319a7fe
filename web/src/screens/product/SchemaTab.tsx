import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useRef } from 'react';
import type { Schemas } from '../../api/client';
import { schemaQuery } from '../../api/queries';
import { Chip } from '../../design/Badge';
import { Icon } from '../../design/Icon';
import { CopyButton, Highlight, Kbd, Segments } from '../../design/parts';
import tableStyles from '../../design/table.module.css';
import { plural } from '../../format/quantity';
import { useKeys } from '../../frame/keys';
import { ErrorPage } from '../errors';
import { JsonText } from './JsonText';
import { findFields, flatten } from './fields';
import styles from './Product.module.css';
import { SchemaDifference } from './SchemaDifference';
import type { SchemaSearch } from './search';

const route = getRouteApi('/products/$domain/$name/schema');

export default function SchemaTab() {
  const { domain, name } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const schema = useQuery(schemaQuery(domain, name, search.to));
  const find = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => find.current?.select() });

  if (schema.isError) return <ErrorPage error={schema.error} />;
  if (!schema.data) return <div role="status" aria-label="Loading the schema" />;
  const { data } = schema;
  const rows = flatten(data.fields);
  const found = findFields(rows, search.find ?? '');
  const documented = rows.filter(({ field }) => field.doc).length;
  const numbers = data.versions.map(({ version }) => version);
  // Without a word: against the version before.
  const from = search.from !== undefined && numbers.includes(search.from) ? search.from : numbers[numbers.indexOf(data.version) - 1];
  const change = (next: SchemaSearch) => void navigate({ search: next, replace: true });
  return (
    <div className={styles.schema}>
      <Versions schema={data} />
      <div className={styles.schemaMain}>
        {from !== undefined && <SchemaDifference domain={domain} name={name} versions={numbers} from={from} to={data.version} />}
        <div className={styles.schemaHead}>
          <h2>Fields of v{data.version}</h2>
          <span className="muted small">
            {plural(rows.length, 'field')}, {documented} with a meaning
          </span>
          <div className={styles.tools}>
            <Segments small label="Show the schema as" value={search.show ?? 'fields'} onChange={(show) => change({ ...search, show: show === 'text' ? 'text' : undefined })} options={[{ value: 'fields', label: 'Fields' }, { value: 'text', label: 'Text' }]} />
            <span className={styles.find}>
              <Icon of={Search} size={14} />
              <input ref={find} aria-label="Find a field" placeholder="Find a field" value={search.find ?? ''} onChange={(event) => change({ ...search, find: event.target.value || undefined })} />
              <Kbd>/</Kbd>
            </span>
            <CopyButton small text={data.raw}>
              Avro
            </CopyButton>
          </div>
        </div>
        {search.show === 'text' ? (
          <pre className={styles.raw}>
            <JsonText text={data.raw} />
          </pre>
        ) : (
          <FieldTable rows={found} find={search.find ?? ''} />
        )}
        {found.length === 0 && <p className="muted" style={{ padding: '16px var(--edge)' }}>No field of v{data.version} holds “{search.find}”.</p>}
      </div>
    </div>
  );
}

function FieldTable({ rows, find }: { rows: ReturnType<typeof flatten>; find: string }) {
  return (
    <section className={tableStyles.scroll} aria-label="Fields" tabIndex={0}>
      <table className={`${tableStyles.table} ${styles.tree}`}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
            <th scope="col">Default</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, depth }) => (
            <tr key={field.path}>
              <td>
                <span className={styles.fieldName} title={field.path}>
                  {Array.from({ length: depth }, (_, level) => (
                    <span key={level} className={styles.twig} />
                  ))}
                  <Highlight text={field.name} query={find} />
                </span>
              </td>
              <td className="mono muted">
                {field.type}
                {field.symbols.length > 0 && <p className="small">{symbolList(field.symbols)}</p>}
              </td>
              <td>
                {field.doc ? <Highlight text={field.doc} query={find} /> : <span className="muted">no meaning given</span>}
                {field.tags.map((tag) => (
                  <span key={tag} className={styles.fieldTag}>
                    <Chip>{tag}</Chip>
                  </span>
                ))}
              </td>
              <td className="mono">{field.default ?? <span className="muted">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const symbolsMax = 8;

function symbolList(symbols: string[]) {
  const shown = symbols.slice(0, symbolsMax).join(' · ');
  return symbols.length > symbolsMax ? `${shown} and ${symbols.length - symbolsMax} more` : shown;
}

function Versions({ schema }: { schema: Schemas['ProductSchema'] }) {
  const newest = schema.versions[schema.versions.length - 1]?.version;
  return (
    <aside className={styles.versions} aria-label="Versions">
      <h2>Versions</h2>
      <ol className={styles.thread}>
        {[...schema.versions].reverse().map(({ version, id }) => (
          <li key={version} data-current={version === schema.version}>
            <Link from={route.id} to="." search={(before: SchemaSearch) => ({ ...before, from: undefined, to: version === newest ? undefined : version })} aria-current={version === schema.version ? 'true' : undefined}>
              v{version}
            </Link>
            <small>
              {version === newest ? 'current' : 'earlier'}, id {id}
            </small>
          </li>
        ))}
      </ol>
      <dl className={styles.versionFacts}>
        <dt>Format</dt>
        <dd>{{ AVRO: 'Avro', JSON: 'JSON Schema', PROTOBUF: 'Protobuf' }[schema.format]}</dd>
        {schema.compatibility && (
          <>
            <dt>Rule</dt>
            <dd>{schema.compatibility.toLowerCase().replaceAll('_', ' ')}</dd>
          </>
        )}
        <dt>Subject</dt>
        <dd className="mono">{schema.subject}</dd>
        <dt>Schema id</dt>
        <dd className="mono">{schema.id}</dd>
        {schema.references.length > 0 && (
          <>
            <dt>Uses</dt>
            {schema.references.map((reference) => (
              <dd key={reference.name} className="mono">
                {reference.subject} v{reference.version}
              </dd>
            ))}
          </>
        )}
      </dl>
    </aside>
  );
}
