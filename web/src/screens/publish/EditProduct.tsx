import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { streamOf } from '../../api/ports';
import { meQuery, productQuery, topicQuery } from '../../api/queries';
import { ErrorPage } from '../errors';
import { Form } from './PublishForm';

const route = getRouteApi('/publish/$domain/$name');

/** Editing what is published, in the form it was published with. */
export default function EditProduct() {
  const { domain, name } = route.useParams();
  const query = useQuery(productQuery(domain, name));
  const me = useQuery(meQuery);
  const stream = query.data && streamOf(query.data.product)?.topic;
  const topic = useQuery({ ...topicQuery(stream ?? ''), enabled: stream !== undefined });
  if (query.isError) return <ErrorPage error={query.error} />;
  if (!query.data || !me.data || (stream !== undefined && topic.isPending)) return <div role="status" aria-label="Loading the product" />;
  return <Form key={`${domain}/${name}`} topic={topic.data?.topic} me={me.data} product={query.data.product} />;
}
