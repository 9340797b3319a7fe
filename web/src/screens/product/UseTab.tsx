import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { streamOf } from '../../api/ports';
import { serverQuery } from '../../api/queries';
import { NativeSelect } from '../../design/Field';
import { CopyButton } from '../../design/parts';
import { ErrorPage } from '../errors';
import { listenerFor } from './listener';
import styles from './Product.module.css';
import { useProduct } from './ProductFrame';
import { snippetKinds, snippetNames, snippetsFor } from './snippets';

const route = getRouteApi('/products/$domain/$name/use');

export default function UseTab() {
  const { detail } = useProduct();
  const { with: kind = 'weft', listener } = route.useSearch();
  const navigate = route.useNavigate();
  const server = useQuery(serverQuery);
  if (server.isError) return <ErrorPage error={server.error} />;
  if (!server.data) return <div role="status" aria-label="Loading" />;
  const { kafka, registry } = server.data.addresses;
  const bootstrap = listenerFor(kafka, location.hostname, listener);
  return (
    <div className={styles.use}>
      <nav className={styles.useList} aria-label="With what">
        {snippetKinds.map((one) => (
          <Link key={one} from={route.id} to="." search={{ with: one, listener }} aria-current={one === kind ? 'page' : undefined} replace>
            {snippetNames[one]}
          </Link>
        ))}
      </nav>
      <div className={styles.useMain}>
        <p className="prose">
          Any Kafka client reads this product. Bootstrap <code className="code">{bootstrap}</code>
          {registry && (
            <>
              , schema registry <code className="code">{registry}</code>
            </>
          )}
          , topic <code className="code">{streamOf(detail.product)?.topic}</code>. What stands here runs as it is.
        </p>
        {kafka.length > 1 && (
          <div className={styles.listeners}>
            <NativeSelect
              label="Kafka listener"
              hint={`weft listens at ${kafka.length} addresses; one that your program reaches is enough`}
              value={bootstrap}
              onChange={(event) => void navigate({ search: { with: kind, listener: event.target.value }, replace: true })}
            >
              {kafka.map((address) => (
                <option key={address}>{address}</option>
              ))}
            </NativeSelect>
          </div>
        )}
        {snippetsFor(kind, detail.product, bootstrap, registry).map((snippet) => (
          <section key={snippet.title} className={styles.snippet}>
            <div className={styles.snippetHead}>
              <h2>{snippet.title}</h2>
              <CopyButton small text={snippet.text} aria-label={`Copy: ${snippet.title}`}>
                Copy
              </CopyButton>
            </div>
            <pre tabIndex={0}>
              <code>{snippet.text}</code>
            </pre>
          </section>
        ))}
      </div>
    </div>
  );
}
