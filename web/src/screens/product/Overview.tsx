import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell, CircleCheck, Lock, Mail, MessageCircle } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';
import { domainsQuery, samplesQuery, schemaQuery } from '../../api/queries';
import { Badge, Chip } from '../../design/Badge';
import { Icon } from '../../design/Icon';
import { Markdown } from '../../design/Markdown';
import { Avatar, Bone } from '../../design/parts';
import tableStyles from '../../design/table.module.css';
import { count, plural } from '../../format/quantity';
import { day, exact } from '../../format/time';
import { cellText, parseJsonText } from '../../format/json_text';
import { isJson } from '../../format/payload';
import { clockUtc } from '../../format/time';
import { ErrorNote } from '../errors';
import { HandOver } from '../HandOver';
import { OwnerName } from '../OwnerName';
import { Section } from '../Page';
import { Announcements } from './Announcements';
import { AttributesBlock, DeprecationNote, LinksBlock, Ports, Terms } from './Says';
import { LatestChanges } from './LatestChanges';
import { OverviewConsumers } from './OverviewConsumers';
import { positionOf } from './position';
import styles from './Product.module.css';
import { useProduct } from './ProductFrame';

export default function Overview() {
  const { detail } = useProduct();
  const { product, owner_team, rights } = detail;
  const whole = product.description !== product.summary;
  return (
    <div className={styles.overview}>
      <div className={styles.main}>
        <DeprecationNote product={product} />
        <Announcements domain={product.domain} name={product.name} />
        {(whole || product.tags.length > 0) && (
          <div>
            {whole && <Markdown text={product.description} />}
            {product.tags.length > 0 && (
              <p style={{ display: 'flex', gap: 6, marginTop: whole ? 10 : 0 }}>
                {product.tags.map((tag) => (
                  <Link key={tag} to="/explore" search={{ tag: [tag] }}>
                    <Chip>{tag}</Chip>
                  </Link>
                ))}
              </p>
            )}
          </div>
        )}
        {streamOf(product) && <Fields product={product} />}
        {streamOf(product) && <LatestRecords product={product} mayRead={rights.find((one) => one.right === 'read_records')?.allowed !== false} />}
        {streamOf(product) && <OverviewConsumers product={product} />}
        <Ports detail={detail} />
        <Terms product={product} />
      </div>
      <aside className={styles.side} aria-label="About this product">
        <Rights rights={rights} />
        <Owner product={product} team={owner_team} />
        <LinksBlock product={product} />
        {product.version > 1 && <LatestChanges product={product} />}
        <AttributesBlock product={product} />
        <Facts product={product} />
      </aside>
    </div>
  );
}

const fieldsMax = 8;
const formatWords = { AVRO: 'Avro', JSON: 'JSON Schema', PROTOBUF: 'Protobuf' };

function Fields({ product }: { product: Schemas['Product'] }) {
  const { domain, name } = product;
  const schema = useQuery(schemaQuery(domain, name));
  const fields = schema.data?.fields ?? [];
  const more = fields.length - fieldsMax;
  return (
    <Section
      title="What is in one event"
      note={schema.data && `${plural(fields.length, 'field')}, ${formatWords[schema.data.format]} v${schema.data.version}`}
      link={
        <Link to="/products/$domain/$name/schema" params={{ domain, name }}>
          {more > 0 ? `All ${fields.length} fields` : 'Open schema'}
        </Link>
      }
    >
      {schema.isError ? (
        <ErrorNote error={schema.error} retry={() => void schema.refetch()} />
      ) : (
        <div style={{ overflowX: 'auto' }}>
          <table className={`${tableStyles.table} ${styles.plain}`}>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Type</th>
                <th scope="col">Meaning</th>
              </tr>
            </thead>
            <tbody>
              {schema.isPending &&
                [120, 90, 150].map((width) => (
                  <tr key={width}>
                    <td>
                      <Bone width={width} />
                    </td>
                    <td>
                      <Bone width={60} />
                    </td>
                    <td>
                      <Bone width={width * 2} />
                    </td>
                  </tr>
                ))}
              {fields.slice(0, fieldsMax).map((field) => (
                <tr key={field.path}>
                  <td className="mono">{field.name}</td>
                  <td className="mono muted">{field.type}</td>
                  <td>{field.doc ?? <span className="muted">no meaning given</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

const recordsMax = 5;

/** The newest few records as they were when the page opened, to see what the fields hold; Samples follows them live. */
function LatestRecords({ product, mayRead }: { product: Schemas['Product']; mayRead: boolean }) {
  const { domain, name } = product;
  const samples = useQuery({ ...samplesQuery(domain, name, 'newest', recordsMax), enabled: mayRead, refetchOnMount: false });
  if (!mayRead) return null;
  const records = samples.data?.records ?? [];
  return (
    <Section
      title="Newest records"
      note={records[0] && `as of ${clockUtc(records[0].timestamp)} UTC`}
      link={
        <Link to="/products/$domain/$name/samples" params={{ domain, name }} search={{}}>
          Watch live
        </Link>
      }
    >
      {samples.isError && <ErrorNote error={samples.error} retry={() => void samples.refetch()} />}
      {samples.isSuccess && records.length === 0 && <p className="muted">No record yet.</p>}
      {records.length > 0 && (
        <section aria-label="Newest records" tabIndex={0} style={{ overflowX: 'auto' }}>
          <table className={`${tableStyles.table} ${styles.plain}`}>
            <tbody>
              {records.map((record) => (
                <tr key={positionOf(record)}>
                  <td className="mono nowrap">
                    <Link to="/products/$domain/$name/samples" params={{ domain, name }} search={{ from: `offset:${record.partition}:${record.offset}` }}>
                      {record.partition}:{count(record.offset)}
                    </Link>
                  </td>
                  <td className="mono ellipsis" style={{ maxWidth: 0, width: '100%' }}>
                    {oneLine(record.value)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Section>
  );
}

function oneLine(payload: Schemas['Payload'] | null) {
  if (!payload) return 'no value: a tombstone';
  const node = isJson(payload) ? parseJsonText(payload.text) : undefined;
  return node?.kind === 'object' ? node.entries.map(({ key, value }) => `${key} ${cellText(value)}`).join(' · ') : payload.text;
}

const rightWords: Record<Schemas['Right']['right'], string> = {
  find: 'find this product',
  read_schema: 'read its schema',
  read_records: 'read its records',
  edit: 'change or unpublish it',
};

function Rights({ rights }: { rights: Schemas['Right'][] }) {
  const mayRead = rights.find((one) => one.right === 'read_records')?.allowed;
  return (
    <section className={styles.sideBlock}>
      <h2 className={styles.sideTitle}>
        <Icon of={mayRead ? CircleCheck : Lock} size={14} />
        {mayRead ? 'You can read this now' : 'You cannot read this yet'}
      </h2>
      {rights.map((one) => (
        <div key={one.right} className={styles.right}>
          <Icon of={one.allowed ? CircleCheck : Lock} size={12} />
          <p>
            {rightWords[one.right]}
            <small>{one.allowed ? one.comes_from : (one.fix ?? one.comes_from)}</small>
          </p>
        </div>
      ))}
    </section>
  );
}

function Owner({ product, team }: { product: Schemas['Product']; team: Schemas['Team'] | null }) {
  const name = product.owner;
  const { data } = useQuery(domainsQuery);
  const teams = data?.domains.find((domain) => domain.name === product.domain)?.teams ?? [];
  return (
    <section className={styles.sideBlock}>
      <h2 className={styles.sideTitle}>Owner</h2>
      <div className={styles.team}>
        <Avatar name={name} form="large" />
        <p>
          <OwnerName team={name} className="strong" />
          <br />
          <span className="small muted">{team ? `${team.display_name} · ${plural(team.members.length, 'person', 'people')}` : 'not in the directory any more'}</span>
        </p>
      </div>
      {!team && (
        <div>
          <Badge of="warns">no owner</Badge>
          <HandOver product={product.id} teams={teams} />
        </div>
      )}
      {team?.chat && (
        <p className={styles.contact}>
          <Icon of={MessageCircle} size={14} />
          <a href={team.chat.url} target="_blank" rel="noopener noreferrer">
            {team.chat.name}
          </a>
        </p>
      )}
      {team?.mail && (
        <p className={styles.contact}>
          <Icon of={Mail} size={14} />
          <a href={`mailto:${team.mail}`}>{team.mail}</a>
        </p>
      )}
      {team?.on_call && (
        <p className={styles.contact}>
          <Icon of={Bell} size={14} />
          <span>
            On call: <b>{team.on_call.display_name}</b>
          </span>
        </p>
      )}
    </section>
  );
}

function Facts({ product }: { product: Schemas['Product'] }) {
  const { facts } = product;
  const port = streamOf(product);
  return (
    <section className={styles.sideBlock}>
      <h2 className={styles.sideTitle}>Facts</h2>
      <dl className={styles.list}>
        {port && (
          <>
            <dt>Topic</dt>
            <dd className="mono">{port.topic}</dd>
            <dt>Cluster</dt>
            <dd>{port.cluster}</dd>
            <dt>Where</dt>
            <dd>{[...new Set([port.environment, port.region])].filter(Boolean).join(' · ')}{facts.partitions ? ` · ${plural(facts.partitions, 'partition')}` : ''}</dd>
          </>
        )}
        <dt>Schema</dt>
        <dd>{facts.schema ? `${formatWords[facts.schema.format]} v${facts.schema.version}, id ${facts.schema.id}` : 'not known yet'}</dd>
        {port && (
          <>
            <dt>Subject</dt>
            <dd className="mono">{port.subject}</dd>
          </>
        )}
        {facts.first_record && (
          <>
            <dt>First</dt>
            <dd title={exact(facts.first_record.timestamp)}>{day(facts.first_record.timestamp)}</dd>
          </>
        )}
        <dt>Published</dt>
        <dd title={exact(product.published_at)}>{day(product.published_at)}</dd>
        <dt>Version</dt>
        <dd>
          {product.version}, by {product.updated_by.replace(/^User:/, '')}
        </dd>
        <dt>Take along</dt>
        <dd>
          <a href={`/api/v1/products/${encodeURIComponent(product.domain)}/${encodeURIComponent(product.name)}/odcs?format=yaml`}>Data contract (ODCS)</a>
          {port && (
            <>
              {', '}
              <a href={`/api/v1/products/${encodeURIComponent(product.domain)}/${encodeURIComponent(product.name)}/asyncapi?format=yaml`}>AsyncAPI</a>
            </>
          )}
        </dd>
      </dl>
    </section>
  );
}
