import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft, Check, X } from 'lucide-react';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { conversationQuery, refreshConversations } from '../../api/inbox';
import { Badge } from '../../design/Badge';
import { Button, buttonClass } from '../../design/Button';
import { TextArea, TextField } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Avatar, toast } from '../../design/parts';
import { exact } from '../../format/time';
import { useLive } from '../../live/hooks';
import { ErrorNote, ErrorPage } from '../errors';
import { OwnerName } from '../OwnerName';
import { PageHeading } from '../PageHeading';
import styles from './Inbox.module.css';
import { ago, happens, kinds, splitProduct, stateOf } from './words';

const route = getRouteApi('/inbox/$number');
type May = Schemas['ConversationDetail']['you_may'][number];

/** One conversation: what was asked, what was said, and what the reader can do about it. */
export default function Conversation() {
  const { number } = route.useParams();
  const search = route.useSearch();
  const client = useQueryClient();
  const query = useQuery(conversationQuery(number));
  useLive(
    query.data ? ['inbox'] : [],
    (event) => {
      if (event.name === 'reset' || (event.name === 'inbox' && String(event.data.number) === number)) void client.invalidateQueries({ queryKey: ['conversation', number] });
    },
    query.data?.sequence,
  );
  if (query.isError) return <ErrorPage error={query.error} actions={<Link to="/inbox" search={search} className={buttonClass()}>To the inbox</Link>} />;
  if (!query.data) return <div role="status" aria-label="Loading the conversation" />;
  const { conversation, messages, you_may } = query.data;
  return (
    <>
      <article className={styles.conversation}>
        <Link to="/inbox" search={search} className={styles.back}>
          <Icon of={ArrowLeft} size={14} />
          Inbox
        </Link>
        <Head conversation={conversation} />
        <blockquote className={styles.said}>{conversation.text}</blockquote>
        {conversation.fields.length > 0 && (
          <section className={styles.fields}>
            <h2>Fields wanted</h2>
            <ul>
              {conversation.fields.map((field) => (
                <li key={field} className="mono">
                  {field}
                </li>
              ))}
            </ul>
          </section>
        )}
        <Messages conversation={conversation} messages={messages} mayAccept={you_may.includes('accept')} />
        {conversation.ended && <Ended conversation={conversation} />}
      </article>
      <Decide key={conversation.number} conversation={conversation} may={you_may} />
    </>
  );
}

function Head({ conversation }: { conversation: Schemas['Conversation'] }) {
  const { kind, display_name, product, domain, teams, time, number } = conversation;
  const state = stateOf(conversation);
  const when = happens(conversation);
  return (
    <div className={styles.head}>
      <Avatar name={display_name} form="round" />
      <div>
        <PageHeading className={styles.title}>
          {display_name} {kind === 'question' ? 'asks about ' : kind === 'ask' ? 'wants data' : 'announces for '}
          {product && (
            <Link to="/products/$domain/$name/overview" params={splitProduct(product)} className="mono">
              {splitProduct(product).name}
            </Link>
          )}
          {kind === 'ask' && (domain ? ` of ${domain}` : '')}
        </PageHeading>
        <p className="small muted">
          {kind !== 'announcement' && teams.length > 0 && (
            <>
              to {teams.slice(0, 3).map((team, index) => <span key={team}>{index > 0 && ', '}<OwnerName team={team} /></span>)}
              {teams.length > 3 && ` and ${teams.length - 3} more`} ·{' '}
            </>
          )}
          {when && <>{when} · </>}
          <time dateTime={time} title={exact(time)}>
            {ago(time)}
            {ago(time) === 'now' ? '' : ' ago'}
          </time>{' '}
          · {kinds[kind].word.toLowerCase()} {number}
        </p>
      </div>
      <Badge of={state.of}>{state.words}</Badge>
    </div>
  );
}

function Messages({ conversation, messages, mayAccept }: { conversation: Schemas['Conversation']; messages: Schemas['Message'][]; mayAccept: boolean }) {
  const act = useAct(conversation.number);
  return (
    <ol className={styles.messages}>
      {messages.map((message) => {
        const accepted = conversation.ended?.accepted === message.number;
        return (
          <li key={message.number} data-accepted={accepted}>
            <Avatar name={message.display_name} />
            <div>
              <p className={styles.by}>
                <strong>{message.display_name}</strong>
                <time dateTime={message.time} title={exact(message.time)}>
                  {ago(message.time)}
                </time>
                {accepted && <Badge of="agreed">the answer</Badge>}
              </p>
              <p className={styles.text}>{message.text}</p>
              {mayAccept && message.from !== conversation.from && (
                <Button small icon={Check} busy={act.busy} onClick={() => void act.close({ how: 'accepted', accepted: message.number })}>
                  This answers it
                </Button>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Ended({ conversation }: { conversation: Schemas['Conversation'] }) {
  const ended = conversation.ended as Schemas['Ended'];
  return (
    <p className={styles.ended}>
      {ended.display_name} {{ accepted: 'took an answer', fulfilled: 'named a product that offers it', declined: 'declined', withdrawn: 'withdrew it' }[ended.how]}, {ago(conversation.changed_at) === 'now' ? 'just now' : `${ago(conversation.changed_at)} ago`}.{' '}
      {ended.product && (
        <Link to="/products/$domain/$name/overview" params={splitProduct(ended.product)} className="mono">
          {ended.product}
        </Link>
      )}{' '}
      Nothing can be added any more.
    </p>
  );
}

function useAct(number: number) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const path = { path: { number: String(number) } };
  const run = async (call: () => Promise<Schemas['ConversationDetail']>) => {
    setBusy(true);
    setError(undefined);
    try {
      client.setQueryData(conversationQuery(String(number)).queryKey, await call());
      await refreshConversations(client);
      return true;
    } catch (why) {
      setError(why);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    reply: (text: string) => run(() => answer(api.POST('/api/v1/inbox/{number}/messages', { params: path, body: { text } }))),
    close: async (body: Schemas['ClosingInput']) => {
      const done = await run(() => answer(api.POST('/api/v1/inbox/{number}/close', { params: path, body })));
      if (done) toast({ tone: 'ok', title: `Closed: ${body.how}`, text: `${number} stands under All from now on.` });
      return done;
    },
  };
}

/** What one writes, and the one button that is next. */
function Decide({ conversation, may }: { conversation: Schemas['Conversation']; may: May[] }) {
  const act = useAct(conversation.number);
  const [text, setText] = useState('');
  const [product, setProduct] = useState('');
  if (may.length === 0)
    return conversation.state === 'closed' ? null : <p className={styles.decide}>Act as somebody (top right) to write here.</p>;
  const waits = conversation.waits_for_you;
  const first = conversation.display_name.split(' ')[0];
  const mine = may.includes('withdraw') && !may.includes('decline');
  const send = async () => {
    if (await act.reply(text)) setText('');
  };
  return (
    <form
      className={styles.decide}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {act.error !== undefined && <ErrorNote error={act.error} />}
      <TextArea
        label={mine ? 'Ask further' : conversation.kind === 'announcement' ? 'Add to it' : `Words for ${first}`}
        hint={may.includes('decline') ? 'Needed when you decline.' : undefined}
        value={text}
        rows={2}
        maxLength={4000}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.trim()) void send();
        }}
      />
      {may.includes('fulfil') && <TextField label="Product that offers it" optional className="mono" placeholder="domain/name" value={product} onChange={(event) => setProduct(event.target.value)} />}
      <div className={styles.buttons}>
        {product.trim() && may.includes('fulfil') ? (
          <Button kind="primary" icon={Check} busy={act.busy} onClick={() => void act.close({ how: 'fulfilled', product: product.trim(), ...(text.trim() ? { text } : {}) })}>
            {product.trim()} offers it
          </Button>
        ) : (
          <Button kind={waits || mine ? 'primary' : 'secondary'} type="submit" busy={act.busy} disabled={!text.trim()} title={text.trim() ? undefined : 'Write something first'}>
            {mine ? 'Send' : conversation.kind === 'announcement' ? 'Add' : waits ? 'Answer' : 'Write'}
          </Button>
        )}
        {may.includes('decline') && (
          <Button kind="danger" icon={X} busy={act.busy} disabled={!text.trim()} title={text.trim() ? undefined : 'Say why first'} onClick={() => void act.close({ how: 'declined', text })}>
            Decline
          </Button>
        )}
        {may.includes('withdraw') && (
          <Button kind="quiet" busy={act.busy} onClick={() => void act.close({ how: 'withdrawn' })}>
            Withdraw
          </Button>
        )}
      </div>
    </form>
  );
}

