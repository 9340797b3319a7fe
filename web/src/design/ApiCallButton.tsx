import { Braces } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from './Button';
import type { Call } from './api_call';

const ApiCallWindow = lazy(() => import('./ApiCallWindow'));

/** Shows what this part of the page asks the server, ready for a shell: nothing here can do more than the API, or less. */
export function ApiCallButton({ label = 'API call', ...call }: Call & { label?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small kind="quiet" icon={Braces} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Suspense>{open && <ApiCallWindow {...call} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
