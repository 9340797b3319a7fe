import { useQuery } from '@tanstack/react-query';
import { Funnel, X } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Refusal } from '../../api/client';
import { planQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { FindingLine } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Pulse } from '../../design/icons';
import { Segments } from '../../design/parts';
import { type From, parseFrom, type SamplesSearch } from './position';
import type { SamplesPage } from './SamplesFrame';
import styles from './Samples.module.css';
import { boundText } from './scan';

type Mode = From['kind'] | 'key';

const timePattern = '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+\\-]\\d{2}:\\d{2})';

/** Where to read from, up to where, and which records. Time and offset ask for theirs before anything is read. */
export function SampleControls({ search, page }: { search: SamplesSearch; page: SamplesPage }) {
  const from = parseFrom(search.from);
  const [asking, setAsking] = useState<'time' | 'offset' | 'key'>();
  const mode: Mode = asking ?? from.kind;
  const { where } = search;
  const choose = (next: Mode) => {
    setAsking(next === 'time' || next === 'offset' || next === 'key' ? next : undefined);
    if (next === 'live') page.go({ where });
    if (next === 'newest') page.go({ from: 'newest', where });
  };
  const seek = (next: SamplesSearch) => {
    setAsking(undefined);
    page.go({ ...next, where });
  };
  return (
    <div className={styles.controls}>
        <Segments
          label="Where to read from"
          value={mode}
          onChange={choose}
          options={[
            { value: 'live', label: 'Live', icon: Pulse },
            { value: 'newest', label: 'Newest' },
            { value: 'time', label: 'From time' },
            { value: 'offset', label: 'From offset' },
            { value: 'key', label: 'By key' },
          ]}
        />
        {mode === 'offset' && <OffsetRange key={`${search.from} ${search.until}`} search={search} onSeek={seek} />}
        {mode === 'key' && (
          <KeySeek
            onSeek={(key) => {
              setAsking(undefined);
              page.go({ from: 'newest', where: `key = ${JSON.stringify(key)}` });
            }}
          />
        )}
        {mode === 'time' && <TimeRange key={`${search.from} ${search.until}`} search={search} onSeek={seek} />}
        <FilterBox search={search} page={page} />
    </div>
  );
}

interface RangeProps {
  search: SamplesSearch;
  onSeek: (next: SamplesSearch) => void;
}

function OffsetRange({ search, onSeek }: RangeProps) {
  const from = parseFrom(search.from);
  const until = parseFrom(search.until);
  const seek = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const partition = Number(form.get('partition'));
    const end = String(form.get('until'));
    onSeek({ from: `offset:${partition}:${Number(form.get('offset'))}`, until: end === '' ? undefined : `offset:${partition}:${Number(end)}` });
  };
  return (
    <form className={styles.seek} onSubmit={seek}>
      <input name="partition" aria-label="Partition" inputMode="numeric" pattern="\d{1,10}" required placeholder="partition" defaultValue={from.kind === 'offset' ? from.partition : 0} />
      <input name="offset" aria-label="Offset" inputMode="numeric" pattern="\d{1,16}" required placeholder="offset" defaultValue={from.kind === 'offset' ? from.offset : ''} />
      <span>to before</span>
      <input name="until" aria-label="Offset to end before, if any" inputMode="numeric" pattern="\d{1,16}" placeholder="the end" defaultValue={until.kind === 'offset' ? until.offset : ''} />
      <Button type="submit">Go</Button>
    </form>
  );
}

/** A key is found by searching backwards: how far is said before it begins. */
function KeySeek({ onSeek }: { onSeek: (key: string) => void }) {
  const seek = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSeek(String(new FormData(event.currentTarget).get('key')));
  };
  return (
    <form className={styles.seek} onSubmit={seek}>
      <input name="key" aria-label="Key, letter by letter" required maxLength={500} placeholder="key" />
      <Button type="submit">Find</Button>
    </form>
  );
}

function TimeRange({ search, onSeek }: RangeProps) {
  const from = parseFrom(search.from);
  const until = parseFrom(search.until);
  const seek = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const end = String(form.get('until')).trim();
    onSeek({ from: `time:${String(form.get('time')).trim()}`, until: end === '' ? undefined : `time:${end}` });
  };
  const time = { className: styles.time, pattern: timePattern, title: 'As 2026-11-24T09:41:00Z' };
  return (
    <form className={styles.seek} onSubmit={seek}>
      <input
        {...time}
        name="time"
        aria-label="Time, as 2026-11-24T09:41:00Z"
        required
        placeholder="2026-11-24T09:41:00Z"
        defaultValue={from.kind === 'time' ? from.time : `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`}
      />
      <span>to before</span>
      <input {...time} name="until" aria-label="Time to end before, if any" placeholder="the end" defaultValue={until.kind === 'time' ? until.time : ''} />
      <Button type="submit">Go</Button>
    </form>
  );
}

const filterId = 'samples-filter';

/** Which records: checked while one types, applied by Enter. What a search would read is said before it begins. */
function FilterBox({ search, page }: { search: SamplesSearch; page: SamplesPage }) {
  const [draft, setDraft] = useState(search.where ?? '');
  useEffect(() => setDraft(search.where ?? ''), [search.where]);
  const text = useSettled(draft.trim());
  const live = parseFrom(search.from).kind === 'live';
  const plan = useQuery({
    ...planQuery(page.domain, page.name, { from: live ? 'newest' : (search.from ?? 'newest'), until: search.until, where: text }),
    enabled: text !== '' && text !== search.where,
    retry: false,
  });
  const wrong = text !== '' && plan.error instanceof Refusal ? plan.error.problem.findings?.find(({ field }) => field === 'where') : undefined;
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const where = draft.trim().replace(/\s+/g, ' ');
    page.go({ from: search.from, until: search.until, where: where === '' ? undefined : where });
  };
  const untouched = text === (search.where ?? '');
  return (
    <form className={styles.filter} onSubmit={apply} role="search">
      <div className={styles.filterBox} data-wrong={wrong !== undefined}>
        <Icon of={Funnel} size={14} />
        <input
          id={filterId}
          aria-label="Filter"
          aria-invalid={wrong !== undefined || undefined}
          aria-describedby={`${filterId}-note`}
          autoComplete="off"
          spellCheck={false}
          placeholder={'Filter: customer.city = "Berlin" and quantity >= 2500'}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          maxLength={1000}
        />
        {draft !== '' && (
          <Button
            kind="quiet"
            small
            icon={X}
            aria-label="Clear the filter"
            onClick={() => {
              setDraft('');
              if (search.where) page.go({ from: search.from, until: search.until });
            }}
          />
        )}
      </div>
      <div className={styles.filterNote} id={`${filterId}-note`} aria-live="polite">
        {wrong ? (
          <FindingLine finding={{ severity: 'blocks', message: `${wrong.message} ${wrong.fix ?? ''}` }} />
        ) : untouched ? undefined : (
          <FindingLine hint={plan.data && !live ? `${boundText(plan.data)}. Enter to choose it` : 'Enter to apply it. It runs on the server'} />
        )}
      </div>
    </form>
  );
}

/** A text once its writer has paused. */
function useSettled(text: string) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
