// Articles of the knowledge base, found by words, go in as their title with a few lines.
import { postJSON, webAddress } from './http.js'
import { Menu, textPart } from './menu.js'

const WAIT_MS = 200
const SHOWN = 6

const plain = html => new DOMParser().parseFromString(html ?? '', 'text/html').body.textContent.trim()

function insert (editor, { title, url, snippet }) {
  const href = webAddress(url)
  const marks = href ? [{ type: 'link', attrs: { href } }] : [{ type: 'bold' }]
  const content = [{ type: 'paragraph', content: [{ type: 'text', text: title, marks }] }]
  const excerpt = plain(snippet)
  if (excerpt) content.push({ type: 'paragraph', content: [{ type: 'text', text: excerpt }] })
  editor.chain().focus().insertContent(content).run()
}

export class Articles {
  constructor (host) {
    this.host = host
    this.bar = host.part('articles')
    this.field = this.bar.querySelector('input')
    this.none = this.bar.querySelector('[data-none]')
    this.field.addEventListener('input', event => { event.stopPropagation(); this.typed() })
    this.bar.addEventListener('keydown', event => this.pressed(event))
  }

  open () {
    this.field.value = this.host.selectedText()
    this.menu ??= this.makeMenu()
    this.menu.update([])
    this.none.hidden = true
    this.bar.hidden = false
    this.field.focus()
    if (this.field.value) this.search()
  }

  close () {
    clearTimeout(this.timer)
    this.asked?.abort()
    this.bar.hidden = true
    this.host.focus()
  }

  makeMenu () {
    const menu = new Menu({
      editor: { view: { dom: this.field } },
      label: this.host.dataset.wordsArticles,
      draw: ({ title, snippet }) => [textPart('span', title, 'cut'), textPart('small', plain(snippet), 'cut')],
      onPick: article => { this.close(); insert(this.host.editor, article) },
    })
    menu.element.classList.add('editor-found')
    this.field.after(menu.element)
    this.bar.append(menu.element)
    return menu
  }

  typed () {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.search(), WAIT_MS)
  }

  async search () {
    this.asked?.abort()
    const query = this.field.value.trim()
    if (!query) return this.menu.update([])
    const asked = this.asked = new AbortController()
    const { results } = await postJSON(this.host.dataset.articlesUrl, { query, limit: SHOWN }, asked.signal).catch(() => ({ results: [] }))
    if (asked.signal.aborted) return
    this.menu.update(results)
    this.none.hidden = results.length > 0
  }

  pressed (event) {
    const isDone = event.target === this.field && this.menu.pressed(event)
    if (event.key === 'Escape') this.close()
    if (isDone || ['Escape', 'Enter'].includes(event.key)) {
      if (event.target === this.field || event.key === 'Escape') event.preventDefault()
      event.stopPropagation()
    }
  }
}
