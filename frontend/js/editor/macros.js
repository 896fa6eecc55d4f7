// "#": macros and variables. A macro's text is inserted with its values; what else it changes waits for a word of consent.
import { Extension } from '@tiptap/core'
import { getJSON } from './http.js'
import { suggester, textPart } from './menu.js'

const SHOWN = 10

function matching ({ macros, variables }, query) {
  const word = query.toLowerCase()
  const isFound = (...texts) => texts.some(text => text.toLowerCase().includes(word))
  return [
    ...macros.filter(({ name }) => isFound(name)),
    ...variables.filter(({ name, label }) => isFound(name, label)),
  ].slice(0, SHOWN)
}

const drawn = ({ id, name, label, value, preview }) => id
  ? [textPart('span', '#', 'editor-sign'), textPart('span', name, 'cut'), textPart('small', preview, 'cut')]
  : [textPart('span', '{}', 'editor-sign'), textPart('span', value || label, 'cut'), textPart('code', `{{${name}}}`)]

export const macros = host => Extension.create({
  name: 'macros',
  priority: 1000,
  addProseMirrorPlugins () {
    const { editor } = this
    const url = host.dataset.macrosUrl
    if (!url) return []
    let asked
    return [suggester({
      editor,
      container: host,
      name: 'macros',
      char: '#',
      label: host.dataset.wordsMacros,
      items: async ({ query }) => {
        if (!query) asked = getJSON(url) // anew each time the menu opens
        return matching(await (asked ??= getJSON(url)), query)
      },
      draw: drawn,
      pick: (range, item) => item.id ? insertMacro(host, range, item.url) : editor.chain().focus().insertContentAt(range, textOf(item.value)).run(),
    })]
  },
})

const textOf = text => text ? { type: 'text', text } : ''

export async function insertMacro (host, range, url) {
  const { editor } = host
  editor.chain().focus().deleteRange(range).run()
  const macro = await getJSON(url).catch(() => null)
  if (!macro || editor.isDestroyed) return
  if (macro.html) editor.chain().focus().insertContent(macro.html).run()
  if (macro.changes.length) offer(host, macro)
}

// Its other actions, in words; they happen when asked for, and have the undo of every change.
function offer (host, { changes, values }) {
  const line = host.part('changes')
  line.querySelector('[data-changes]').textContent = changes.join(' · ')
  line.hidden = false
  line.onclick = event => {
    const button = event.target.closest('[data-do]')
    if (!button) return
    line.hidden = true
    if (button.dataset.do === 'apply') host.dispatchEvent(new CustomEvent('hd:post', { bubbles: true, detail: { url: host.dataset.changeUrl, values } }))
    host.focus()
  }
}
