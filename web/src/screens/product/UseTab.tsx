import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { serverQuery } from '../../api/queries';
import { CopyButton } from '../../design/parts';
import { ErrorPage } from '../errors';
import styles from './Product.module.css';
import { useProduct } from './ProductFrame';
import { snippetKinds, snippetNames, snippetsFor } from './snippets';

const route = getRouteApi('/products/$domain/$name/use');

export default function UseTab() {
  const { detail } = useProduct();
  const { with: kind = 'weft' } = route.useSearch();
  const server = useQuery(serverQuery);
  if (server.isError) return <ErrorPage error={server.error} />;
  if (!server.data) return <div role="status" aria-label="Loading" />;
  const { addresses } = server.data;
  return (
    <div className={styles.use}>
      <nav className={styles.useList} aria-label="With what">
        {snippetKinds.map((one) => (
          <Link key={one} from={route.id} to="." search={{ with: one }} aria-current={one === kind ? 'page' : undefined} replace>
            {snippetNames[one]}
          </Link>
        ))}
      </nav>
      <div className={styles.useMain}>
        <p className="prose">
          Any Kafka client reads this product. Bootstrap <code className="code">{addresses.kafka.join(',')}</code>
          {addresses.registry && (
            <>
              , schema registry <code className="code">{addresses.registry}</code>
            </>
          )}
          , topic <code className="code">{detail.product.port.topic}</code>. What stands here runs as it is.
        </p>
        {snippetsFor(kind, detail.product, server.data).map((snippet) => (
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
