import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { rulesQuery } from '../../api/rules';
import { partStyles } from '../../design/parts';
import { exact, exactUtc } from '../../format/time';
import { useLive } from '../../live/hooks';
import { ErrorPage } from '../errors';
import { Page } from '../Page';

const tabs = [
  { to: '/govern', name: 'Rules', exact: true },
  { to: '/govern/document', name: 'Document', exact: false },
  { to: '/govern/history', name: 'History', exact: false },
] as const;

/** What governors want of every product: rules with their state, the document they stand in, and its history. */
export default function GovernFrame() {
  const client = useQueryClient();
  const { data, error } = useQuery(rulesQuery);
  useLive(['rules', 'products'], () => void client.invalidateQueries({ queryKey: ['rules'] }), data?.sequence);
  if (error) return <ErrorPage error={error} />;
  return (
    <Page
      title="Govern"
      lead="What every product of this mesh must keep: checked while it is typed, and again by the server when it is published."
      actions={data && <Version of={data} />}
    >
      <nav className={partStyles.tabs} aria-label="Govern">
        {tabs.map(({ to, name, exact }) => (
          <Link key={to} to={to} activeOptions={{ exact, includeSearch: false }} className={partStyles.tab}>
            {name}
          </Link>
        ))}
      </nav>
      <Outlet />
    </Page>
  );
}

function Version({ of }: { of: Schemas['Rules'] }) {
  if (!of.saved_at) return <span className="small muted">as weft comes, version 0</span>;
  return (
    <span className="small muted" title={exact(of.saved_at)}>
      version {of.version}, saved by {of.saved_by_name} {exactUtc(of.saved_at).slice(0, 16)} UTC
    </span>
  );
}
