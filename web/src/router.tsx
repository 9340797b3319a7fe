import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Shell } from './frame/Shell';
import { parseSearch, stringifySearch } from './frame/search';
import { type ActivitySearch, readActivitySearch } from './screens/activity_search';
import { ErrorPage } from './screens/errors';
import { type ExploreSearch, readExploreSearch } from './screens/explore/filter';
import { type InboxSearch, readInboxSearch } from './screens/inbox/search';
import { type GovernSearch, type HistorySearch, readGovernSearch, readHistorySearch } from './screens/govern/search';
import { NotFound } from './screens/NotFound';
import { readTopicSort, type TopicSort } from './screens/topic_sort';
import { readSamplesSearch, type SamplesSearch } from './screens/product/position';
import { type ChangesSearch, type ConsumersSearch, readChangesSearch, readConsumersSearch, readSchemaSearch, readUseSearch, type SchemaSearch, type UseSearch } from './screens/product/search';

// Every view and every choice that changes what is shown has its own address.

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ErrorPage error={error} retry={reset} />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/explore', replace: true });
  },
});

const explore = createRoute({
  getParentRoute: () => root,
  path: '/explore',
  validateSearch: (raw): ExploreSearch => readExploreSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/explore/Explore')),
});

const product = createRoute({
  getParentRoute: () => root,
  path: '/products/$domain/$name',
  component: lazyRouteComponent(() => import('./screens/product/ProductFrame')),
});
const productHome = createRoute({
  getParentRoute: () => product,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/products/$domain/$name/overview', params, replace: true });
  },
});
const overview = createRoute({
  getParentRoute: () => product,
  path: '/overview',
  component: lazyRouteComponent(() => import('./screens/product/Overview')),
});
const schema = createRoute({
  getParentRoute: () => product,
  path: '/schema',
  validateSearch: (raw): SchemaSearch => readSchemaSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/product/SchemaTab')),
});
const samples = createRoute({
  getParentRoute: () => product,
  path: '/samples',
  validateSearch: (raw): SamplesSearch => readSamplesSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/product/Samples')),
});
const changes = createRoute({
  getParentRoute: () => product,
  path: '/changes',
  validateSearch: (raw): ChangesSearch => readChangesSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/product/Changes')),
});
const consumers = createRoute({
  getParentRoute: () => product,
  path: '/consumers',
  validateSearch: (raw): ConsumersSearch => readConsumersSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/product/ConsumersTab')),
});
const use = createRoute({
  getParentRoute: () => product,
  path: '/use',
  validateSearch: (raw): UseSearch => readUseSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/product/UseTab')),
});

const questions = createRoute({
  getParentRoute: () => product,
  path: '/questions',
  component: lazyRouteComponent(() => import('./screens/product/Questions')),
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: (raw): InboxSearch => readInboxSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/inbox/InboxFrame')),
});
const inboxHome = createRoute({ getParentRoute: () => inbox, path: '/', component: lazyRouteComponent(() => import('./screens/inbox/InboxFrame'), 'NoneOpen') });
const conversation = createRoute({ getParentRoute: () => inbox, path: '/$number', component: lazyRouteComponent(() => import('./screens/inbox/Conversation')) });

const publish = createRoute({
  getParentRoute: () => root,
  path: '/publish',
  component: lazyRouteComponent(() => import('./screens/publish/Candidates')),
});
const publishTopic = createRoute({
  getParentRoute: () => root,
  path: '/publish/$topic',
  component: lazyRouteComponent(() => import('./screens/publish/PublishForm')),
});
const editProduct = createRoute({
  getParentRoute: () => root,
  path: '/publish/$domain/$name',
  component: lazyRouteComponent(() => import('./screens/publish/EditProduct')),
});

const later = () => import('./screens/LaterScreens');
const create = createRoute({ getParentRoute: () => root, path: '/create', component: lazyRouteComponent(later, 'Create') });
const govern = createRoute({ getParentRoute: () => root, path: '/govern', component: lazyRouteComponent(() => import('./screens/govern/GovernFrame')) });
const governRules = createRoute({
  getParentRoute: () => govern,
  path: '/',
  validateSearch: (raw): GovernSearch => readGovernSearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/govern/Rules')),
});
const governDocument = createRoute({ getParentRoute: () => govern, path: '/document', component: lazyRouteComponent(() => import('./screens/govern/Document')) });
const governHistory = createRoute({
  getParentRoute: () => govern,
  path: '/history',
  validateSearch: (raw): HistorySearch => readHistorySearch(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/govern/History')),
});
const lineage = createRoute({ getParentRoute: () => root, path: '/lineage', component: lazyRouteComponent(later, 'Lineage') });
const domains = createRoute({ getParentRoute: () => root, path: '/domains', component: lazyRouteComponent(() => import('./screens/Domains')) });
const domain = createRoute({ getParentRoute: () => root, path: '/domains/$domain', component: lazyRouteComponent(() => import('./screens/Domain')) });
const activity = createRoute({ getParentRoute: () => root, path: '/activity', validateSearch: (raw): ActivitySearch => readActivitySearch(raw as Record<string, string>), component: lazyRouteComponent(() => import('./screens/Activity')) });
const operations = createRoute({
  getParentRoute: () => root,
  path: '/operations',
  validateSearch: (raw): TopicSort => readTopicSort(raw as Record<string, string>),
  component: lazyRouteComponent(() => import('./screens/Operations')),
});
const operationsGroups = createRoute({ getParentRoute: () => root, path: '/operations/groups', component: lazyRouteComponent(() => import('./screens/OperationsGroups')) });
const operationsGroup = createRoute({ getParentRoute: () => root, path: '/operations/groups/$group', component: lazyRouteComponent(() => import('./screens/OperationsGroup')) });
const operationsStorage = createRoute({ getParentRoute: () => root, path: '/operations/storage', component: lazyRouteComponent(() => import('./screens/OperationsStorage')) });
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: lazyRouteComponent(() => import('./screens/Settings')) });
const design = createRoute({ getParentRoute: () => root, path: '/design', component: lazyRouteComponent(() => import('./screens/design/Gallery')) });

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    explore,
    product.addChildren([productHome, overview, schema, samples, consumers, questions, changes, use]),
    inbox.addChildren([inboxHome, conversation]),
    publish,
    publishTopic,
    editProduct,
    create,
    govern.addChildren([governRules, governDocument, governHistory]),
    lineage,
    domains,
    domain,
    activity,
    operations,
    operationsGroups,
    operationsGroup,
    operationsStorage,
    settings,
    design,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
