// ":" and a word: emoji. The list is the picker's, loaded at the first of either.
import { Extension, InputRule } from '@tiptap/core'
import { computePosition, flip, offset, shift } from '@floating-ui/dom'
import { suggester, textPart } from './menu.js'

const SHOWN = 8

let groups

export function emojiGroups (url) {
  groups ??= fetch(url).then(answer => answer.json())
  groups.catch(() => { groups = undefined })
  return groups
}

// Emoji whose own name starts with the word come first, then those that another of their words finds.
function matching (list, query) {
  const word = query.toLowerCase()
  const words = ([, , other]) => other.split(' ')
  const first = list.filter(emoji => words(emoji)[0].startsWith(word))
  const rest = list.filter(emoji => !first.includes(emoji) && words(emoji).some(other => other.startsWith(word)))
  return [...first, ...rest].slice(0, SHOWN)
}

export const emojiNames = host => Extension.create({
  name: 'emojiNames',
  priority: 1000,
  addInputRules () {
    // ":tada:" typed to its end, once the list is here.
    let known = new Map()
    this.editor.on('focus', () => groups?.then(list => {
      known = new Map(list.flatMap(([, emoji]) => emoji).flatMap(([sign, , words]) => words.split(' ').slice(0, 1).map(word => [word, sign])))
    }))
    return [new InputRule({
      find: /(?:^|\s):([a-z0-9_+-]{2,40}):$/,
      handler: ({ match, range, chain }) => {
        const sign = known.get(match[1])
        if (!sign) return null
        chain().insertContentAt({ from: range.to - match[1].length - 1, to: range.to }, sign).run()
      },
    })]
  },
  addProseMirrorPlugins () {
    const { editor } = this
    return [suggester({
      editor,
      container: host,
      name: 'emoji',
      char: ':',
      label: host.dataset.wordsEmoji,
      shortest: 2,
      items: async ({ query }) => /^[\w+-]+$/.test(query)
        ? matching((await emojiGroups(host.dataset.emojiData)).flatMap(([, emoji]) => emoji), query)
        : [],
      draw: ([sign, name]) => [textPart('span', sign, 'editor-emoji'), textPart('span', name, 'cut')],
      pick: (range, [sign]) => editor.chain().focus().insertContentAt(range, `${sign} `).run(),
    })]
  },
})

// The picker is a popover beside its button.
export async function togglePicker (host, button) {
  const { dataset } = host
  let picker = host.querySelector('hd-emoji')
  if (picker?.matches(':popover-open')) return picker.hidePopover()
  if (!picker) {
    await import(dataset.emojiSrc)
    picker = host.querySelector('template[data-part=emoji]').content.firstElementChild.cloneNode(true)
    picker.groups = await emojiGroups(dataset.emojiData)
    host.append(picker)
    picker.addEventListener('hd:emoji', event => {
      picker.hidePopover()
      host.insertText(event.detail)
    })
  }
  picker.showPopover()
  picker.opened() // drawn first, for its size
  const { x, y } = await computePosition(button, picker, {
    strategy: 'fixed', placement: 'top-start', middleware: [offset(6), flip(), shift({ padding: 8 })],
  })
  Object.assign(picker.style, { left: `${x}px`, top: `${y}px` })
}
