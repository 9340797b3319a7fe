import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Schemas } from '../../api/client';
import { count } from '../../format/quantity';
import { clockUtc, exactUtc } from '../../format/time';
import { type Column, cellOf } from './columns';
import { positionOf } from './position';
import styles from './Samples.module.css';
import type { TailRow } from './tail';

const rowHeight = 28;
const overscan = 12;

/** Up to 2,000 rows, of which only those near the window exist as elements. */
export function RecordTable({ rows, columns, open, onOpen }: {
  rows: readonly TailRow[];
  columns: Column[];
  open: string | undefined;
  onOpen: (record: Schemas['Record']) => void;
}) {
  const scroll = useRef<HTMLElement>(null);
  const { first, last } = useWindow(scroll, rows.length);
  useSteadyScroll(scroll, rows);
  const width = columns.length + 3;
  return (
    <section ref={scroll} className={styles.scroll} aria-label="Records" tabIndex={0}>
      <table className={styles.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">Partition:offset</th>
            <th scope="col">Time, UTC</th>
            <th scope="col">Key</th>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.numeric ? styles.numeric : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} width={width} />
          {rows.slice(first, last).map((row) =>
            row.kind === 'gap' ? (
              <tr key={row.key} className={styles.gap}>
                <td colSpan={width}>
                  <span>{row.text}</span>
                </td>
              </tr>
            ) : (
              <RecordRow key={row.key} record={row.record} isNew={row.isNew} columns={columns} open={open === row.key} onOpen={onOpen} />
            ),
          )}
          <Spacer rows={rows.length - last} width={width} />
        </tbody>
      </table>
    </section>
  );
}

function RecordRow({ record, isNew, columns, open, onOpen }: { record: Schemas['Record']; isNew: boolean; columns: Column[]; open: boolean; onOpen: (record: Schemas['Record']) => void }) {
  return (
    <tr data-open={open} className={isNew ? styles.new : undefined} onClick={() => onOpen(record)}>
      <td>
        <button type="button" data-row-link className="mono" style={{ color: 'var(--accent-text)' }} aria-label={`Open record ${positionOf(record)}`} aria-pressed={open}>
          {record.partition}:{count(record.offset)}
        </button>
      </td>
      <td title={exactUtc(record.timestamp)} className="muted">
        {clockUtc(record.timestamp)}
      </td>
      <td>{record.key?.text ?? <span className="muted">none</span>}</td>
      {record.value === null ? (
        <td colSpan={columns.length} className="muted">
          no value: a tombstone
        </td>
      ) : (
        columns.map((column) => (
          <td key={column.name} className={column.numeric ? styles.numeric : undefined}>
            {cellOf(record, column) ?? <span className="muted">–</span>}
          </td>
        ))
      )}
    </tr>
  );
}

function Spacer({ rows, width }: { rows: number; width: number }) {
  if (rows <= 0) return null;
  return (
    <tr className={styles.spacer} aria-hidden="true">
      <td colSpan={width} style={{ height: rows * rowHeight }} />
    </tr>
  );
}

function useWindow(scroll: RefObject<HTMLElement | null>, rows: number) {
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = scroll.current;
    if (!element) return;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    element.addEventListener('scroll', look, { passive: true });
    const resize = new ResizeObserver(look);
    resize.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      resize.disconnect();
    };
  }, [scroll]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(rows, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  return { first: Math.min(first, rows), last };
}

/** A reader who has scrolled down keeps the rows in front of the eyes, whatever comes in at the top. */
function useSteadyScroll(scroll: RefObject<HTMLElement | null>, rows: readonly TailRow[]) {
  const top = useRef<string>(undefined);
  useEffect(() => {
    const element = scroll.current;
    const before = top.current;
    top.current = rows[0]?.key;
    if (!element || before === undefined || before === top.current || element.scrollTop < rowHeight) return;
    const added = rows.findIndex((row) => row.key === before);
    if (added > 0) element.scrollTop += added * rowHeight;
  }, [scroll, rows]);
}
