import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { snippetsQuery } from '../../api/queries';
import { ApiCallButton } from '../../design/ApiCallButton';
import { NativeSelect } from '../../design/Field';
import { CopyButton } from '../../design/parts';
import { ErrorPage } from '../errors';
import styles from './Product.module.css';

const route = getRouteApi('/products/$domain/$name/use');

/** Programs that read the product as they stand. What is shown is what tests/snippets runs. */
export default function UseTab() {
  const { domain, name } = route.useParams();
  const { with: asked, listener } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(snippetsQuery(domain, name, listener));
  if (query.isError) return <ErrorPage error={query.error} />;
  if (!query.data) return <div role="status" aria-label="Loading" />;
  const { bootstrap, listeners, registry, topic, snippets } = query.data;
  const snippet = snippets.find(({ language }) => language === asked) ?? snippets[0];
  if (!snippet) return null;
  return (
    <div className={styles.use}>
      <nav className={styles.useList} aria-label="With what">
        {snippets.map(({ language, name: title }) => (
          <Link key={language} from={route.id} to="." search={{ with: language, listener }} aria-current={language === snippet.language ? 'page' : undefined} replace>
            {title}
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
          , topic <code className="code">{topic}</code>. What stands here runs as it is, in an empty folder, step by step.
        </p>
        {listeners.length > 1 && (
          <div className={styles.listeners}>
            <NativeSelect
              label="Kafka listener"
              hint={`weft listens at ${listeners.length} addresses; one that your program reaches is enough`}
              value={bootstrap}
              onChange={(event) => void navigate({ search: { with: snippet.language, listener: event.target.value }, replace: true })}
            >
              {listeners.map((address) => (
                <option key={address}>{address}</option>
              ))}
            </NativeSelect>
          </div>
        )}
        {snippet.note && <p className="prose muted">{snippet.note}</p>}
        {snippet.steps.map((step) => (
          <Step key={step.title} step={step} />
        ))}
        <p>
          <ApiCallButton
            method="GET"
            path={`/api/v1/products/${domain}/${name}/snippets?language=${snippet.language}`}
            command={`weft snippet ${domain}/${name} --language ${snippet.language} --write my-reader`}
          />
        </p>
      </div>
    </div>
  );
}

function Step({ step }: { step: Schemas['SnippetStep'] }) {
  return (
    <section className={styles.snippet}>
      <div className={styles.snippetHead}>
        <h2 className={step.kind === 'file' ? 'mono' : undefined}>
          {step.title}
          {step.kind === 'needs' && <span className="muted small"> must be there</span>}
        </h2>
        <CopyButton small text={step.text} aria-label={`Copy: ${step.title}`}>
          Copy
        </CopyButton>
      </div>
      <pre tabIndex={0}>
        <code>{step.text}</code>
      </pre>
    </section>
  );
}
