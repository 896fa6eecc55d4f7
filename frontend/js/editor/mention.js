// "@" and a name: agents and teams. In a note they are told of it; in a reply the name is only a word.
import Mention from '@tiptap/extension-mention'
import { getJSON } from './http.js'
import { suggester, textPart } from './menu.js'

const SHOWN = 8
const KEPT_MS = 60_000

let kept = { at: -KEPT_MS }

// The account's agents and teams, asked for once a minute at most.
export function candidates (url) {
  if (!url) return Promise.resolve([])
  if (performance.now() - kept.at > KEPT_MS) {
    kept = { at: performance.now(), list: getJSON(url).then(answer => answer.candidates) }
    kept.list.catch(() => { kept = { at: -KEPT_MS } })
  }
  return kept.list
}

const folded = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function matching (list, query) {
  const wanted = folded(query)
  const rank = ({ name }) => folded(name).split(/[\s-]+/).some(word => word.startsWith(wanted)) || folded(name).startsWith(wanted)
  return list.filter(rank).slice(0, SHOWN)
}

function drawCandidate ({ name, initials, tint, kind, detail }) {
  const avatar = textPart('span', initials, `av av-20 av-${tint}${kind === 'team' ? ' av-team' : ''}`)
  avatar.ariaHidden = 'true'
  return [avatar, textPart('span', name, 'cut'), textPart('small', detail)]
}

// The sanitiser keeps of a mention its name in a bare <span>; whose it is, is looked up when it comes back.
const named = span => !span.children.length && span.textContent.length < 100 && span.textContent.match(/^@(\S.*)$/)?.[1]

export const mentions = host => Mention.extend({
  addAttributes () {
    return { id: { default: null }, label: { default: '' } }
  },
  parseHTML () {
    return [
      { tag: 'span[data-mention]', getAttrs: span => ({ id: span.dataset.mention || null, label: span.dataset.label }) },
      { tag: 'span', getAttrs: span => { const label = named(span); return label ? { id: null, label } : false } },
    ]
  },
  renderHTML ({ node }) {
    const { id, label } = node.attrs
    return ['span', { class: 'mention', 'data-mention': id ?? '', 'data-label': label }, ['span', { class: 'mention-at' }, '@'], label]
  },
  addProseMirrorPlugins () {
    const { editor } = this
    return [suggester({
      editor,
      container: host,
      name: 'mention',
      char: '@',
      label: host.dataset.wordsMention,
      items: async ({ query }) => matching(await candidates(host.dataset.mentionsUrl), query),
      draw: drawCandidate,
      pick: (range, { id, name }) => editor.chain().focus()
        .insertContentAt(range, [{ type: 'mention', attrs: { id, label: name } }, { type: 'text', text: ' ' }]).run(),
    })]
  },
})

// Mentions that came back as names get the id of whoever has that name now; others become text.
export async function resolveMentions (editor, url) {
  const isOpen = node => node.type.name === 'mention' && !node.attrs.id
  let some = false
  editor.state.doc.descendants(node => { some ||= isOpen(node) })
  if (!some) return
  const list = await candidates(url).catch(() => null)
  if (!list || editor.isDestroyed) return
  const { tr, schema } = editor.state
  editor.state.doc.descendants((node, position) => {
    if (!isOpen(node)) return
    const found = list.filter(({ name }) => name === node.attrs.label)
    const from = tr.mapping.map(position)
    if (found.length === 1) tr.setNodeMarkup(from, null, { ...node.attrs, id: found[0].id })
    else tr.replaceWith(from, from + node.nodeSize, schema.text(`@${node.attrs.label}`))
  })
  editor.view.dispatch(tr.setMeta('addToHistory', false))
}
