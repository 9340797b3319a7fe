import { Link } from '@tanstack/react-router';
import { Ban, Ellipsis, Pencil, RotateCcw, Sunset, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Schemas } from '../../api/client';
import { Button, buttonClass } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { Menu, MenuOf, overlayStyles } from '../../design/overlays';

const Lifecycle = lazy(() => import('./LifecycleDialog'));
const Unpublish = lazy(() => import('./Unpublish'));

type Step = 'deprecated' | 'retired' | 'live' | 'unpublish';

/** What the owner's team may do with it. */
export function OwnerActions({ product }: { product: Schemas['Product'] }) {
  const [step, setStep] = useState<Step>();
  const { domain, name, lifecycle } = product;
  const close = () => setStep(undefined);
  const item = (to: Step, icon: typeof Ban, text: string) => (
    <Menu.Item className={overlayStyles.item} onClick={() => setStep(to)}>
      <Icon of={icon} size={14} /> {text}
    </Menu.Item>
  );
  return (
    <>
      {lifecycle !== 'retired' && (
        <Link to="/publish/$domain/$name" params={{ domain, name }} className={buttonClass()}>
          <Icon of={Pencil} /> Edit
        </Link>
      )}
      <MenuOf label="Lifecycle" trigger={<Button icon={Ellipsis} aria-label="Deprecate, retire or unpublish" />}>
        {lifecycle === 'live' && item('deprecated', Sunset, 'Deprecate…')}
        {lifecycle === 'deprecated' && item('deprecated', Sunset, 'Change the deprecation…')}
        {lifecycle !== 'live' && item('live', RotateCcw, 'Bring back to live…')}
        {lifecycle !== 'retired' && item('retired', Ban, 'Retire…')}
        {item('unpublish', Trash2, 'Unpublish…')}
      </MenuOf>
      <Suspense>
        {step === 'unpublish' && <Unpublish product={product} onClose={close} />}
        {step !== undefined && step !== 'unpublish' && <Lifecycle product={product} to={step} onClose={close} />}
      </Suspense>
    </>
  );
}
