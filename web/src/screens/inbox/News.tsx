import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellRing, Braces, CircleHelp, Megaphone } from 'lucide-react';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { followsQuery, newsQuery } from '../../api/inbox';
import { meQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { Icon, type IconShape } from '../../design/Icon';
import { Weave } from '../../design/icons';
import { toast } from '../../design/parts';
import { plural } from '../../format/quantity';
import { exact } from '../../format/time';
import { useLive } from '../../live/hooks';
import { ErrorNote, say } from '../errors';
import { Empty } from '../Page';
import styles from './Inbox.module.css';
import { ago, splitProduct } from './words';

const icons: Record<Schemas['NewsItem']['kind'], IconShape> = { change: Weave, schema: Braces, announcement: Megaphone, answer: CircleHelp };
const words: Record<Schemas['NewsItem']['kind'], string> = { change: 'Changed', schema: 'Schema', announcement: 'Announcement', answer: 'Answer' };

/** What others changed on the products I follow, until I say that I have seen it. */
export function News() {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const person = me?.kind === 'person';
  const news = useQuery({ ...newsQuery, enabled: person });
  const follows = useQuery({ ...followsQuery, enabled: person });
  const [marking, setMarking] = useState(false);
  useLive(person ? ['products', 'inbox'] : [], () => void client.invalidateQueries({ queryKey: ['personal', 'news'] }), news.data?.sequence);
  if (me && !person) return <Empty title="You are anonymous">Choose a person at the top right to act as, and follow products to be told what changes.</Empty>;
  const failed = news.error ?? follows.error;
  if (failed) return <ErrorNote error={failed} retry={() => void news.refetch()} />;
  if (!news.data || !follows.data) return <div role="status" aria-label="Loading the news" />;
  const { items, total, products, since, as_of } = news.data;
  const followed = follows.data.follows;

  const markSeen = async () => {
    setMarking(true);
    try {
      await answer(api.POST('/api/v1/me/news/seen', { body: { until: as_of } }));
      await client.invalidateQueries({ queryKey: ['personal', 'news'] });
    } catch (error) {
      const { title, text } = say(error);
      toast({ tone: 'bad', title, text });
    }
    setMarking(false);
  };
  return (
    <>
      {total > 0 ? (
        <>
          <h2 className={styles.heading}>
            {plural(total, 'change')} on {plural(products, 'product')}
            {since ? ` since ${ago(since) === 'now' ? 'a moment ago' : `${ago(since)} ago`}` : ''}
            <Button small busy={marking} onClick={() => void markSeen()}>
              Mark as seen
            </Button>
          </h2>
          <ul className={styles.items}>
            {items.map((item) => (
              <li key={`${item.product} ${item.time} ${item.audit_id ?? ''} ${item.inbox ?? ''}`}>
                <NewsLink item={item}>
                  <span className={styles.meta}>
                    <Icon of={icons[item.kind]} size={14} />
                    {words[item.kind]}
                    <time dateTime={item.time} title={exact(item.time)}>
                      {ago(item.time)}
                    </time>
                  </span>
                  <span className={styles.who}>
                    <strong className="mono">{splitProduct(item.product).name}</strong> {item.display_name}
                  </span>
                  <span className={styles.excerpt}>{item.summary}</span>
                </NewsLink>
              </li>
            ))}
          </ul>
          {total > items.length && <p className={styles.more}>The newest {items.length} of {total}.</p>}
        </>
      ) : (
        <Empty title={followed.length === 0 ? 'You follow no product' : 'Nothing new on what you follow'}>
          {followed.length === 0
            ? 'Press Follow on a product: new versions, schemas, announcements and answers are told here.'
            : `${plural(followed.length, 'product')} followed. New versions, schemas, announcements and answers are told here.`}
        </Empty>
      )}
      {followed.length > 0 && (
        <>
          <h2 className={styles.heading}>
            You follow
            <span className={styles.number}>{followed.length}</span>
          </h2>
          <ul className={styles.followed}>
            {followed.map(({ product, published }) => (
              <li key={product}>
                <Icon of={BellRing} size={14} />
                {published ? (
                  <Link to="/products/$domain/$name/overview" params={splitProduct(product)} className="mono">
                    {product}
                  </Link>
                ) : (
                  <span>
                    <span className="mono">{product}</span> <span className="muted">not published any more</span>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function NewsLink({ item, children }: { item: Schemas['NewsItem']; children: React.ReactNode }) {
  if (item.inbox !== null)
    return (
      <Link to="/inbox/$number" params={{ number: String(item.inbox) }} search={{ view: 'news' }} className={styles.item} data-row-link>
        {children}
      </Link>
    );
  const to = item.kind === 'schema' ? '/products/$domain/$name/schema' : '/products/$domain/$name/overview';
  return (
    <Link to={to} params={splitProduct(item.product)} className={styles.item} data-row-link>
      {children}
    </Link>
  );
}
