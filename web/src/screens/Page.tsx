import type { ReactNode } from 'react';
import styles from './Page.module.css';
import { PageHeading } from './PageHeading';

/** A plain screen: heading, one sentence, content. */
export function Page({ title, lead, actions, children }: { title: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div>
          <PageHeading className={styles.title}>{title}</PageHeading>
          {lead && <p className={`${styles.lead} prose`}>{lead}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Section({ title, note, link, children }: { title: string; note?: ReactNode; link?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2 className={styles.sectionTitle}>
        {title}
        {note && <small>{note}</small>}
        {link}
      </h2>
      {children}
    </section>
  );
}

/** Nothing here, why, and what to do about it. */
export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children && <p className="prose">{children}</p>}
      {actions && <div>{actions}</div>}
    </div>
  );
}

export { styles as pageStyles };
