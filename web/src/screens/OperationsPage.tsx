import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { partStyles } from '../design/parts';
import { Page } from './Page';

const tabs = [
  { to: '/operations', name: 'Topics' },
  { to: '/operations/groups', name: 'Groups' },
  { to: '/operations/storage', name: 'Storage' },
] as const;

/** What every part of the engine room has above it. */
export function OperationsPage({ lead, actions, children }: { lead: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <Page title="Operations" lead={lead} actions={actions}>
      <nav aria-label="Operations" className={partStyles.tabs}>
        {tabs.map((tab) => (
          <Link key={tab.to} to={tab.to} className={partStyles.tab} activeOptions={{ exact: tab.to === '/operations', includeSearch: false }}>
            {tab.name}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  );
}
