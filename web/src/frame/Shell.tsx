import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { CircleQuestionMark, Database, Menu as MenuIcon, Monitor, Moon, Search, Sun } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { meQuery, serverQuery } from '../api/queries';
import { State } from '../design/Badge';
import { Icon } from '../design/Icon';
import { Mark, Weave } from '../design/icons';
import { Avatar, Kbd, Toasts } from '../design/parts';
import { setPreference, usePins, usePreference } from '../design/settings';
import { useStreamStatus } from '../live/hooks';
import { reopenStream } from '../live/live';
import { InboxButton } from './InboxButton';
import { useKeys } from './keys';
import { crumbsOf, places, settingsPlace } from './places';
import styles from './Shell.module.css';

const Palette = lazy(() => import('./Palette'));
const KeyList = lazy(() => import('./KeyList'));
const UserMenu = lazy(() => import('./UserMenu'));

/** The frame around every screen: menu, top bar, and what Ctrl K and ? open. */
export function Shell() {
  const [overlay, setOverlay] = useState<'palette' | 'keys'>();
  const [menuOpen, setMenuOpen] = useState(false);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  const crumbs = crumbsOf(pathname);

  useEffect(() => setMenuOpen(false), [pathname]);
  useEffect(() => {
    document.title = [...crumbs.map((crumb) => crumb.text).reverse(), 'weft'].join(' · ');
  });
  useKeys({
    'ctrl k': () => setOverlay('palette'),
    '?': () => setOverlay('keys'),
    ...Object.fromEntries([...places, settingsPlace].map(({ to, letter }) => [`g ${letter}`, () => void navigate({ to })])),
    'g i': () => void navigate({ to: '/inbox', search: {} }),
    ...(menuOpen ? { Escape: () => setMenuOpen(false) } : {}),
  });

  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        Skip to the page
      </a>
      <SideMenu open={menuOpen} />
      {menuOpen && <div className={styles.scrim} onClick={() => setMenuOpen(false)} aria-hidden="true" />}
      <div className={styles.page}>
        <header className={styles.bar}>
          <button type="button" className={`${styles.round} ${styles.menuButton}`} aria-label="Menu" aria-expanded={menuOpen} onClick={() => setMenuOpen(!menuOpen)}>
            <Icon of={MenuIcon} />
          </button>
          <nav aria-label="Where you are" className={styles.crumbs}>
            <ol>
              {crumbs.map((crumb) => (
                <li key={crumb.text} {...(crumb.href ? {} : { 'aria-current': 'page' as const })}>
                  {crumb.href ? <Link to={crumb.href}>{crumb.text}</Link> : crumb.text}
                  {crumb.href && <span aria-hidden="true">/</span>}
                </li>
              ))}
            </ol>
          </nav>
          <button type="button" className={styles.jump} onClick={() => setOverlay('palette')} aria-label="Search or jump to… Ctrl K">
            <Icon of={Search} size={14} />
            <span>Search or jump to…</span>
            <Kbd>Ctrl K</Kbd>
          </button>
          <StreamState />
          <InboxButton />
          <ThemeButton />
          <button type="button" className={styles.round} aria-label="Keys" onClick={() => setOverlay('keys')}>
            <Icon of={CircleQuestionMark} />
          </button>
          <UserButton />
        </header>
        <OfflineBanner />
        <main id="main" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Toasts />
      <Suspense>
        {overlay === 'palette' && <Palette onClose={() => setOverlay(undefined)} />}
        {overlay === 'keys' && <KeyList onClose={() => setOverlay(undefined)} />}
      </Suspense>
    </div>
  );
}

function SideMenu({ open }: { open: boolean }) {
  const pins = usePins();
  const { data: server } = useQuery(serverQuery);
  return (
    <nav className={styles.menu} data-open={open} aria-label="Main">
      <Link to="/explore" className={styles.brand} aria-label="weft, home">
        <Mark />
        <span className={styles.label}>weft</span>
      </Link>
      <div className={styles.items}>
        {places.map((place) => (
          <MenuLink key={place.to} {...place} />
        ))}
      </div>
      {pins.length > 0 && (
        <div className={styles.pinnedSection}>
          <h2 className={styles.pinnedTitle}>Pinned</h2>
          {pins.map((pin) => {
            const [domain = '', name = ''] = pin.split('/');
            return (
              <Link key={pin} to="/products/$domain/$name/overview" params={{ domain, name }} className={`${styles.item} ${styles.pinned}`} title={pin}>
                <Icon of={Weave} size={14} />
                <span className="mono ellipsis">{name}</span>
              </Link>
            );
          })}
        </div>
      )}
      <div className={styles.foot}>
        <MenuLink {...settingsPlace} />
        {server && (
          <p className={styles.where} title={`Cluster ${server.cluster.name}, weft ${server.version}`}>
            <Icon of={Database} />
            <span className={styles.label}>{clusterPlace(server.cluster)}</span>
          </p>
        )}
      </div>
    </nav>
  );
}

/** "prod · eu-west-1"; a laptop says "local" once. */
export function clusterPlace({ name, environment, region }: { name: string; environment: string; region: string }) {
  return [...new Set([environment, region].filter(Boolean))].join(' · ') || name;
}

function MenuLink({ to, name, icon }: (typeof places)[number]) {
  const inProducts = useRouterState({ select: (state) => state.location.pathname.startsWith('/products/') });
  return (
    <Link to={to} className={styles.item} activeOptions={{ includeSearch: false }} {...(to === '/explore' && inProducts ? { 'data-status': 'active' } : {})}>
      <Icon of={icon} />
      <span className={styles.label}>{name}</span>
    </Link>
  );
}

function StreamState() {
  const { state } = useStreamStatus();
  return (
    <span className={styles.stream} role="status">
      {state === 'connecting' ? <span className="muted">connecting</span> : <State of={state} small />}
    </span>
  );
}

function OfflineBanner() {
  const { state, attempt } = useStreamStatus();
  if (state !== 'offline') return null;
  return (
    <div className={styles.banner} role="alert">
      <strong>weft does not answer.</strong>
      <span>What you see is as it was. Trying again, {attempt} times so far. Is the server running?</span>
      <button type="button" onClick={reopenStream}>
        <strong>Try now</strong>
      </button>
    </div>
  );
}

const themes = ['system', 'light', 'dark'] as const;
const themeIcons = { system: Monitor, light: Sun, dark: Moon };

function ThemeButton() {
  const theme = usePreference('theme') as (typeof themes)[number];
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] as (typeof themes)[number];
  return (
    <button type="button" className={styles.round} aria-label={`Theme: ${theme}. Change to ${next}`} title={`Theme: ${theme}`} onClick={() => setPreference('theme', next)}>
      <Icon of={themeIcons[theme] ?? Monitor} />
    </button>
  );
}

function UserButton() {
  const { data: me } = useQuery(meQuery);
  const [open, setOpen] = useState(false);
  const anonymous = !me || me.kind === 'anonymous';
  const button = (
    <button type="button" className={styles.round} aria-label={anonymous ? 'You are anonymous. Act as…' : `You: ${me.display_name}`} onClick={() => setOpen(true)}>
      <Avatar name={anonymous ? '?' : me.display_name} form={anonymous ? 'nobody' : 'round'} />
    </button>
  );
  // The menu is loaded when it is first wanted, and opens then.
  return open ? (
    <Suspense fallback={button}>
      <UserMenu trigger={button} />
    </Suspense>
  ) : (
    button
  );
}
