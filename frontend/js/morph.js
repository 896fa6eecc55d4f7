// hx-swap="morph": patch the old nodes instead of replacing them, so focus, scroll and what is being typed survive.
// data-morph-keep: never touch this node. data-keep-attrs="a b": these attributes belong to the browser, and
// data-keep-below="a b": so they do in all that lies below.
// `hd:beforemorph` on the target, with the new `fragment`, lets its owner change what comes; `hd:aftermorph` follows.
import htmx from 'htmx.org'
import { Idiomorph } from 'idiomorph'

const isKept = node => node instanceof Element && node.hasAttribute('data-morph-keep')

const keeps = (name, ...lists) => lists.some(list => list?.split(' ').includes(name))

// Fields of forms that save themselves, changed while the answer to an earlier change is under way.
const unsent = new WeakSet()
document.addEventListener('change', ({ target }) => { if (target.form?.matches('[hx-sync]')) unsent.add(target) }, { capture: true })
document.addEventListener('htmx:configRequest', ({ target }) => { for (const field of target.elements ?? []) unsent.delete(field) })

// htmx forgets which button sent a form when the answer to an earlier request swaps it. What waited its turn asks here.
document.addEventListener('htmx:confirm', ({ detail: { triggeringEvent } }) => {
  triggeringEvent?.submitter?.dispatchEvent(new FocusEvent('focusin', { bubbles: true }))
})

const callbacks = {
  beforeNodeMorphed: oldNode => !isKept(oldNode),
  beforeNodeRemoved: node => !isKept(node),
  // What is being typed into a field, or waits to be sent, is not taken back by an answer.
  beforeAttributeUpdated: (name, node) => !keeps(name, node.dataset?.keepAttrs, node.closest?.('[data-keep-below]')?.dataset.keepBelow) && !(name === 'value' && node === document.activeElement) && !unsent.has(node.closest?.('select') ?? node),
}

htmx.defineExtension('morph', {
  isInlineSwap: style => style === 'morph',
  handleSwap: (style, target, fragment) => {
    if (style !== 'morph') return false
    // Another conversation in this one's place: nothing of the old one is kept.
    const { conversationId } = fragment.firstElementChild?.dataset ?? {}
    if (conversationId && target.dataset.conversationId && conversationId !== target.dataset.conversationId) {
      const nodes = [...fragment.children]
      target.replaceWith(...nodes)
      return nodes
    }
    target.dispatchEvent(new CustomEvent('hd:beforemorph', { bubbles: true, detail: { fragment } }))
    const swapped = Idiomorph.morph(target, fragment.children, { morphStyle: 'outerHTML', callbacks })
    target.dispatchEvent(new CustomEvent('hd:aftermorph', { bubbles: true }))
    return swapped
  },
})
