import type { ReactNode } from 'react';
import { Icon, type IconShape } from '../design/Icon';
import { CopyButton } from '../design/parts';
import styles from './Later.module.css';
import { PageHeading } from './PageHeading';

interface Today {
  text: ReactNode;
  command?: string;
}

/** A screen that is not built: says so first, then what will be here, and what does the job today. */
function Later({ icon, title, plan, today }: { icon: IconShape; title: string; plan: string[]; today: Today[] }) {
  return (
    <div className={styles.page}>
      <p className={styles.kind}>
        <Icon of={icon} size={14} />
        not built yet
      </p>
      <PageHeading className={styles.title}>{title}</PageHeading>
      <div className={styles.columns}>
        <section>
          <h2>What will be here</h2>
          <ul className={styles.plan}>
            {plan.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
        <section>
          <h2>What you can use today</h2>
          <ul className={styles.today}>
            {today.map(({ text, command }, index) => (
              // Lines have no identity but their place.
              <li key={index}>
                <p className="prose">{text}</p>
                {command && (
                  <CopyButton small text={command}>
                    {command}
                  </CopyButton>
                )}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

export default Later;
