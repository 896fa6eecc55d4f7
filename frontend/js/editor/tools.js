// The toolbar: one stop of Tab, arrows within; and the line in which the address of a link is written.
import { Articles } from './articles.js'
import { togglePicker } from './emoji.js'

const TOGGLES = {
  bold: ['toggleBold', 'bold'],
  italic: ['toggleItalic', 'italic'],
  underline: ['toggleUnderline', 'underline'],
  strike: ['toggleStrike', 'strike'],
  list: ['toggleBulletList', 'bulletList'],
  numbers: ['toggleOrderedList', 'orderedList'],
  quote: ['toggleBlockquote', 'blockquote'],
  code: ['toggleCode', 'code'],
}

export class Tools {
  constructor (host, bar) {
    Object.assign(this, { host, bar, link: new LinkLine(host), articles: new Articles(host) })
    bar.addEventListener('mousedown', event => { if (event.target.closest('[data-tool]')) event.preventDefault() })
    bar.addEventListener('click', event => {
      const tool = event.target.closest('[data-tool]')
      if (tool) this.use(tool)
    })
    bar.addEventListener('keydown', event => this.pressed(event))
    bar.addEventListener('focusin', event => this.rove(event.target))
    host.editor.on('transaction', () => this.mark())
    this.rove(this.stops[0])
    this.mark()
  }

  get stops () {
    return [...this.bar.querySelectorAll('[data-tool], summary, input[type=file]')].filter(each => !each.closest('.menu-list') && each.checkVisibility())
  }

  use (tool) {
    const { editor } = this.host
    const name = tool.dataset.tool
    tool.closest('details')?.removeAttribute('open')
    if (TOGGLES[name]) {
      this.host.focus()
      return editor.chain()[TOGGLES[name][0]]().run()
    }
    if (name === 'link') return this.link.open()
    if (name === 'article') return this.articles.open()
    if (name === 'emoji') return togglePicker(this.host, tool)
    this.host.type(tool.dataset.sign)
  }

  mark () {
    for (const tool of this.bar.querySelectorAll('[aria-pressed]')) {
      tool.ariaPressed = String(this.host.editor.isActive((TOGGLES[tool.dataset.tool] ?? [null, tool.dataset.tool])[1]))
    }
  }

  rove (stop) {
    if (!this.stops.includes(stop)) return
    for (const each of this.stops) each.tabIndex = each === stop ? 0 : -1
  }

  pressed (event) {
    const list = event.target.closest('.menu-list')
    const among = list ? [...list.querySelectorAll('[data-tool]')].filter(each => each.checkVisibility()) : this.stops
    const at = among.indexOf(event.target.closest('[data-tool], summary, input[type=file]'))
    const [back, on] = list ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
    const next = { [back]: at - 1, [on]: at + 1, Home: 0, End: among.length - 1 }[event.key]
    if (at < 0 || next === undefined) return
    event.preventDefault()
    among[(next + among.length) % among.length].focus()
  }
}

const SCHEME = /^(?:https?:\/\/|mailto:)/i

function address (text) {
  if (SCHEME.test(text)) return text
  return /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text) ? `mailto:${text}` : `https://${text}`
}

class LinkLine {
  constructor (host) {
    this.host = host
    this.line = host.part('link')
    this.field = this.line.querySelector('input')
    this.removal = this.line.querySelector('[data-link=remove]')
    this.field.addEventListener('input', event => event.stopPropagation())
    this.line.addEventListener('click', event => {
      const what = event.target.closest('[data-link]')?.dataset.link
      if (what) this[what]()
    })
    this.line.addEventListener('keydown', event => {
      if (event.key !== 'Escape' && (event.key !== 'Enter' || event.target !== this.field)) return
      event.preventDefault()
      event.stopPropagation()
      event.key === 'Enter' ? this.apply() : this.close()
    })
  }

  open () {
    const { href } = this.host.editor.getAttributes('link')
    this.field.value = href ?? ''
    this.removal.hidden = !href
    this.line.hidden = false
    this.field.focus()
    this.field.select()
  }

  close () {
    this.line.hidden = true
    this.host.focus()
  }

  apply () {
    const text = this.field.value.trim()
    if (!text) return this.remove()
    const { editor } = this.host
    const href = address(text)
    const isBare = editor.state.selection.empty && !editor.isActive('link')
    this.line.hidden = true
    this.host.focus()
    if (isBare) return editor.chain().focus().insertContent([{ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }, { type: 'text', text: ' ' }]).run()
    editor.chain().focus().extendMarkRange('link').setLink({ href }).run()
  }

  remove () {
    this.line.hidden = true
    this.host.focus()
    this.host.editor.chain().focus().extendMarkRange('link').unsetLink().run()
  }
}
