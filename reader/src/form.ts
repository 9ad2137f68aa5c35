import { h, type Child, type Tree } from './tree.ts';

/**
 * A form that its browser keeps to itself: Chrome asks its maker about the fields of every form, and tells it where the
 * form stands, but where the address looks like a search. The form's own way out is shut by the policy.
 */
export function form(submit: () => void, ...children: Child[]): Tree {
  const onsubmit = (event: Event): void => {
    event.preventDefault();
    submit();
  };
  return h('form', { action: '/search', onsubmit }, children);
}
