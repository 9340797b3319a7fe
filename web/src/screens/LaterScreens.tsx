import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SquareTerminal } from 'lucide-react';
import { serverQuery } from '../api/queries';
import { Branches } from '../design/icons';
import Later from './Later';

// Screens whose engine does not exist yet. Each leads somewhere that does.

export function Create() {
  const { data } = useQuery(serverQuery);
  const kafka = data?.addresses.kafka[0] ?? '';
  return (
    <Later
      icon={SquareTerminal}
      title="Create: SQL over products"
      plan={['Write one SQL statement over products; rows appear while you type.', 'Start it as a query that runs on, and publish its output as a product.', 'Templates to begin from: trending stocks, high-value trades.']}
      today={[
        { text: <>Find what to build on in <Link to="/explore">Explore</Link>; each product’s Use it tab holds a program that reads it.</> },
        { text: 'Write what your program makes to a topic of its own:', command: `weft produce my_topic --bootstrap ${kafka}` },
        { text: <>Then <Link to="/publish">publish that topic</Link>.</> },
      ]}
    />
  );
}

export function Lineage() {
  return (
    <Later
      icon={Branches}
      title="Lineage: where from, where to"
      plan={['A graph of applications, products and queries, one hop at a time, with live rates.', 'The same as a table: who is affected when this changes.', 'Filled by what weft sees being read and written, not by what somebody drew.']}
      today={[
        { text: <>Each product names its topic, cluster and owner: start in <Link to="/explore">Explore</Link>.</> },
        { text: 'Ask the owning team who reads it; chat, mail and on-call stand on the product’s page.' },
      ]}
    />
  );
}
