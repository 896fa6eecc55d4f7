// A listbox at the caret. Focus stays in the editor, whose aria-activedescendant names the option.
import { shift } from '@floating-ui/dom'
import { PluginKey } from '@tiptap/pm/state'
import Suggestion from '@tiptap/suggestion'

let count = 0

export class Menu {
  constructor ({ editor, label, draw, onPick }) {
    Object.assign(this, { dom: editor.view.dom, draw, onPick, items: [], at: 0 })
    this.element = document.createElement('div')
    Object.assign(this.element, { className: 'editor-menu', id: `editor-menu-${++count}`, role: 'listbox', ariaLabel: label })
    // Focus and selection stay where they are.
    this.element.addEventListener('mousedown', event => {
      event.preventDefault()
      const option = event.target.closest('[role=option]')
      if (option) this.onPick(this.items[option.dataset.place])
    })
  }

  get current () { return this.items[this.at] }

  update (items) {
    this.items = items ?? []
    this.at = 0
    this.element.hidden = !this.items.length
    this.element.replaceChildren(...this.items.map((item, place) => this.option(item, place)))
    this.mark()
  }

  option (item, place) {
    const option = document.createElement('div')
    Object.assign(option, { className: 'editor-option', id: `${this.element.id}-${place}`, role: 'option' })
    option.dataset.place = place
    option.append(...this.draw(item))
    return option
  }

  mark () {
    for (const option of this.element.children) option.ariaSelected = String(Number(option.dataset.place) === this.at)
    if (!this.current) return this.unmark()
    this.dom.setAttribute('aria-controls', this.element.id)
    this.dom.setAttribute('aria-activedescendant', `${this.element.id}-${this.at}`)
    this.element.children[this.at].scrollIntoView({ block: 'nearest' })
  }

  unmark () {
    for (const name of ['aria-controls', 'aria-activedescendant']) this.dom.removeAttribute(name)
  }

  pressed (event) {
    if (!this.items.length) return false
    if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey && !event.metaKey && !event.ctrlKey)) {
      this.onPick(this.current)
      return true
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return false
    this.at = (this.at + step + this.items.length) % this.items.length
    this.mark()
    return true
  }

  remove () {
    this.unmark()
    this.element.remove()
  }
}

export function textPart (name, text, className = '') {
  const part = document.createElement(name)
  part.textContent = text
  part.className = className
  return part
}

// A plugin that opens such a menu after a sign. `items` may be asked of the server; `pick(range, item)` inserts.
export function suggester ({ editor, container, name, char, label, items, draw, pick, shortest = 0 }) {
  let menu
  let unmount
  const picker = props => item => props.command(item)
  return Suggestion({
    editor,
    pluginKey: new PluginKey(name),
    char,
    container,
    items,
    minQueryLength: shortest,
    allowedPrefixes: [' ', '\u00a0', '('],
    placement: 'top-start',
    floatingUi: { strategy: 'fixed', middleware: [shift({ padding: 8 })] },
    decorationClass: 'editor-trigger',
    allow: ({ state, range }) => !state.doc.resolve(range.from).parent.type.spec.code,
    command: ({ range, props }) => pick(range, props),
    render: () => ({
      onStart (props) {
        menu = new Menu({ editor, label, draw, onPick: picker(props) })
        menu.update(props.items)
        unmount = props.mount(menu.element)
      },
      onUpdate (props) {
        menu.onPick = picker(props)
        if (!props.loading) menu.update(props.items)
      },
      onKeyDown: ({ event }) => menu?.pressed(event) ?? false,
      onExit () {
        unmount?.()
        menu?.remove()
        menu = undefined
      },
    }),
  })
}
