import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { complianceQuery, rulesQuery } from '../../api/rules';
import { Badge, State } from '../../design/Badge';
import { buttonClass } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Bone } from '../../design/parts';
import tableStyles from '../../design/table.module.css';
import { count, plural } from '../../format/quantity';
import { ErrorNote } from '../errors';
import { Section } from '../Page';
import styles from './Govern.module.css';
import { RuleProducts } from './RuleProducts';
import { severityState } from './severity';

const route = getRouteApi('/govern/');

/** Every rule with who answers for it, what it does, and how the products are by it. */
export default function Rules() {
  const { rule: chosen } = route.useSearch();
  const rules = useQuery(rulesQuery);
  const compliance = useQuery(complianceQuery);
  const { data } = rules;
  const counts = new Map(compliance.data?.rules.map((each) => [each.id, each]));
  const written = data?.rules.filter((rule) => rule.kind !== 'attribute') ?? [];
  const selected = data?.rules.find((rule) => rule.id === chosen);
  return (
    <>
      <Summary trial={compliance.data} />
      {compliance.isError && <ErrorNote error={compliance.error} retry={() => void compliance.refetch()} />}
      <Section title="Rules" note={data && plural(written.length, 'rule')} link={<Link to="/govern/document">Change them in the document</Link>}>
        <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Rules" tabIndex={0}>
          <table className={tableStyles.table}>
            <thead>
              <tr>
                <th scope="col">Rule</th>
                <th scope="col">Wants</th>
                <th scope="col">Owner</th>
                <th scope="col">Does</th>
                <th scope="col" className={tableStyles.number}>Pass</th>
                <th scope="col" className={tableStyles.number}>Fail</th>
                <th scope="col" className={tableStyles.number}>Excepted</th>
              </tr>
            </thead>
            <tbody>
              {written.map((rule) => (
                <RuleRow key={rule.id} rule={rule} counts={counts.get(rule.id)} selected={rule.id === chosen} />
              ))}
            </tbody>
          </table>
        </section>
        <p className="small muted prose">
          Beside these stand weft’s own rules – names that can be typed, teams and topics that exist, who may publish – which no document can switch off. Published products that fail stay as they are; their next edit is refused.
        </p>
      </Section>
      {selected && (
        <section className={styles.products} aria-label={`Products that do not keep ${selected.id}`}>
          <div className={styles.productsHead}>
            <h2>{selected.title}</h2>
            <code>{selected.id}</code>
            <Link to="/govern" search={{}} resetScroll={false} className={buttonClass('quiet', true, true)} aria-label="Close the list">
              <Icon of={X} size={14} />
            </Link>
          </div>
          <RuleProducts key={selected.id} rule={selected.id} />
        </section>
      )}
      {data && <Attributes attributes={data.attributes} counts={counts} chosen={chosen} />}
      {data && data.exceptions.length > 0 && <Exceptions exceptions={data.exceptions} />}
    </>
  );
}

/** How the mesh is, in one line. */
function Summary({ trial }: { trial: Schemas['Trial'] | undefined }) {
  return (
    <p className={styles.summary} role="status">
      {trial === undefined ? (
        <Bone width={280} />
      ) : trial.products === 0 ? (
        <span className="muted">No product is published yet: nothing to hold the rules against.</span>
      ) : (
        <>
          <span>{plural(trial.products, 'product')}:</span>
          {trial.blocked > 0 && <State of="blocks">{count(trial.blocked)} would be refused today</State>}
          {trial.warned > 0 && <State of="warns">{count(trial.warned)} with warnings</State>}
          <State of="passes">{count(trial.products - trial.blocked - trial.warned)} in order</State>
        </>
      )}
    </p>
  );
}

function RuleRow({ rule, counts, selected }: { rule: Schemas['Rule']; counts: Schemas['RuleCounts'] | undefined; selected: boolean }) {
  return (
    <tr aria-selected={selected || undefined}>
      <td>
        <span className={styles.title}>{rule.title}</span>
        <span className="small muted">
          <code>{rule.id}</code>
          {rule.scope && ` · ${rule.scope}`}
        </span>
      </td>
      <td className="small">
        <code>{rule.path}</code> <span className="muted">{rule.wants}</span>
      </td>
      <td className="small nowrap">{rule.owner ? `@${rule.owner}` : <span className="muted">nobody</span>}</td>
      <td className="nowrap">{rule.severity === 'off' ? <span className="muted">off</span> : <State of={severityState[rule.severity]} />}</td>
      <Counts rule={rule.id} counts={counts} />
    </tr>
  );
}

function Counts({ rule, counts }: { rule: string; counts: Schemas['RuleCounts'] | undefined }) {
  if (!counts) {
    return (
      <>
        <td className={tableStyles.number}>–</td>
        <td className={tableStyles.number}>–</td>
        <td className={tableStyles.number}>–</td>
      </>
    );
  }
  return (
    <>
      <td className={tableStyles.number}>{count(counts.passes)}</td>
      <td className={tableStyles.number}>
        {counts.fails + counts.unknown === 0 ? (
          <span className="muted">0</span>
        ) : (
          <Link to="/govern" search={{ rule }} resetScroll={false} aria-label={`${counts.fails + counts.unknown} do not keep ${rule}`}>
            {count(counts.fails + counts.unknown)}
          </Link>
        )}
      </td>
      <td className={tableStyles.number}>{counts.excepted === 0 ? <span className="muted">0</span> : count(counts.excepted)}</td>
    </>
  );
}

function Attributes({ attributes, counts, chosen }: { attributes: Schemas['AttributeDefinition'][]; counts: Map<string, Schemas['RuleCounts']>; chosen: string | undefined }) {
  if (attributes.length === 0) {
    return (
      <Section title="Attributes">
        <p className="small muted prose">
          None is defined. An attribute is a further member of products – a retention class, a data steward – with a type and perhaps a list of allowed values. Define one under <code>attributes:</code> in the{' '}
          <Link to="/govern/document">document</Link>.
        </p>
      </Section>
    );
  }
  return (
    <Section title="Attributes" note={plural(attributes.length, 'definition')}>
      <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Attributes" tabIndex={0}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">Attribute</th>
              <th scope="col">Type</th>
              <th scope="col">Domains</th>
              <th scope="col">Owner</th>
              <th scope="col">Does</th>
              <th scope="col" className={tableStyles.number}>Pass</th>
              <th scope="col" className={tableStyles.number}>Fail</th>
              <th scope="col" className={tableStyles.number}>Excepted</th>
            </tr>
          </thead>
          <tbody>
            {attributes.map((each) => (
              <tr key={each.name + each.domains.join()} aria-selected={chosen === `attribute.${each.name}` || undefined}>
                <td>
                  <span className={styles.title}>{each.title}</span>
                  <span className="small muted">
                    <code>{each.name}</code>
                    {each.description && ` · ${each.description}`}
                  </span>
                </td>
                <td className="small">
                  {each.allowed.length > 0 ? each.allowed.join(', ') : each.type}
                  {each.required && <span className="muted"> · required</span>}
                </td>
                <td className="small">{each.domains.length > 0 ? each.domains.join(', ') : <span className="muted">every domain</span>}</td>
                <td className="small nowrap">{each.owner ? `@${each.owner}` : <span className="muted">nobody</span>}</td>
                <td className="nowrap">{each.severity === 'off' ? <span className="muted">off</span> : <State of={severityState[each.severity]} />}</td>
                <Counts rule={`attribute.${each.name}`} counts={counts.get(`attribute.${each.name}`)} />
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

function Exceptions({ exceptions }: { exceptions: Schemas['RuleException'][] }) {
  return (
    <Section title="Exceptions" note="each ends by itself">
      <section className={`${tableStyles.card} ${tableStyles.scroll}`} aria-label="Exceptions" tabIndex={0}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">Product</th>
              <th scope="col">Rule</th>
              <th scope="col">Until</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {exceptions.map((each) => {
              const [domain = '', name = ''] = each.product.split('/');
              return (
                <tr key={each.rule + each.product}>
                  <td>
                    <Link to="/products/$domain/$name/overview" params={{ domain, name }} className="mono">
                      {each.product}
                    </Link>
                  </td>
                  <td className="mono">{each.rule}</td>
                  <td className="nowrap">{each.over ? <span className="muted">over since {each.until}</span> : <Badge of="excepted">excepted to {each.until}</Badge>}</td>
                  <td>{each.why}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </Section>
  );
}
