import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { domainsQuery, serverQuery, teamsQuery } from '../api/queries';
import { plural } from '../format/quantity';
import { useLive } from '../live/hooks';
import styles from './Directory.module.css';
import { ErrorPage } from './errors';
import { Empty, Page, Section } from './Page';
import { TeamCard } from './TeamCard';

/** Who owns what, and how to reach them: the directory as the server reads it from its file. */
export default function Domains() {
  const client = useQueryClient();
  const domains = useQuery(domainsQuery);
  const teams = useQuery(teamsQuery);
  const { data: server } = useQuery(serverQuery);
  const target = useRouterState({ select: (state) => state.location.hash });
  useLive(['directory'], () => void client.invalidateQueries({ queryKey: ['directory'] }));
  const loaded = teams.isSuccess;
  useEffect(() => {
    if (loaded && target) document.getElementById(target)?.scrollIntoView({ block: 'center' });
  }, [loaded, target]);
  const failed = domains.error ?? teams.error;
  if (failed) return <ErrorPage error={failed} />;
  const teamOf = new Map((teams.data?.teams ?? []).map((team) => [team.name, team]));
  return (
    <Page title="Domains" lead="Who owns what, and how to reach them. The directory file says it, with what LDAP and SCIM know of people and teams; weft follows them while it runs.">
      {server?.directory.error && <p role="alert" className={styles.warning}>The directory is not as new as it could be: {server.directory.error}. What was read before is still in use.</p>}
      {domains.data?.domains.length === 0 && (
        <Empty title="The directory has no domain yet">
          Write domains, teams and people into the directory file; <code>weft serve --help</code> says where it is read from.
        </Empty>
      )}
      {domains.data?.domains.map((domain) => (
        <Section
          key={domain.name}
          title={domain.display_name}
          note={domain.description}
          link={
            <Link to="/domains/$domain" params={{ domain: domain.name }}>
              {plural(domain.products, 'product')}
              {domain.orphans > 0 && `, ${domain.orphans} without an owner`}
            </Link>
          }
        >
          <div className={styles.teams}>
            {domain.teams.map((name) => {
              const team = teamOf.get(name);
              return team ? <TeamCard key={name} team={team} marked={target === name} /> : null;
            })}
          </div>
        </Section>
      ))}
    </Page>
  );
}
