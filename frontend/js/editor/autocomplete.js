// "/" at the start of a block or after a space asks the server how the text may go on. What comes back grows as ghost
// text behind the caret and as options of a listbox: Tab or Enter takes it, Esc rejects it, typing on asks anew.
import { Extension } from '@tiptap/core'
import { closeHistory } from '@tiptap/pm/history'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { post } from './http.js'
import { textPart } from './menu.js'
import { events } from './sse.js'

const WAIT_MS = 150
const LONGEST_MS = 8_000
const QUIET_MS = 4_000
const BEFORE_CHARS = 2_000
const AFTER_CHARS = 500
const TRIGGER = /(?:^|[\s\u00a0])\/([\p{L}\p{N}'’-]{0,30})$/u
const key = new PluginKey('autocomplete')

function trigger ({ selection, doc }) {
  const { $from, empty } = selection
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, '\ufffc')
  const found = before.match(TRIGGER)
  if (!found) return null
  const from = $from.pos - found[1].length - 1
  const read = (start, end) => doc.textBetween(start, end, '\n', leaf => leaf.attrs.label ?? ' ')
  return {
    from,
    to: $from.pos,
    query: found[1],
    before: (read(0, from) + found[1]).slice(-BEFORE_CHARS),
    after: read($from.pos, doc.content.size).slice(0, AFTER_CHARS),
  }
}

const isTyped = tr => tr.docChanged && tr.getMeta('uiEvent') !== 'paste' && !tr.getMeta('history$') &&
  tr.getMeta('addToHistory') !== false && !tr.getMeta('preventUpdate')

// What was typed after "/" may be the beginning of the suggestion already.
const continues = (text, query) => text.toLowerCase().startsWith(query.toLowerCase())
const whole = (text, query) => continues(text, query) ? text : query + text
const rest = (text, query) => continues(text, query) ? text.slice(query.length) : text

class Suggestions {
  constructor (host, view) {
    Object.assign(this, { host, view, items: [], at: 0 })
    this.hint = host.part('hint')
    this.list = host.part('options')
    this.quiet = host.part('quiet')
    this.spoken = host.part('spoken')
    this.hint.addEventListener('mousedown', event => event.preventDefault())
    this.list.addEventListener('mousedown', event => this.pointed(event))
    this.hint.addEventListener('click', event => {
      const what = event.target.closest('[data-hint]')?.dataset.hint
      if (what) this[what]()
    })
  }

  get match () { return key.getState(this.view.state).match }
  get current () { return this.items[this.at] }

  // What is asked while typing goes on is dropped: only the newest question is answered.
  ask () {
    this.stop()
    const asked = this.asked = new AbortController()
    this.timer = setTimeout(() => this.fetch(asked), WAIT_MS)
    this.limit = setTimeout(() => { asked.abort(); if (!this.items.length) this.nothing() }, LONGEST_MS)
  }

  async fetch (asked) {
    const { conversationId, autocompleteUrl } = this.host.dataset
    const { before, after } = this.match
    const question = { conversation_id: conversationId, text_before: before, text_after: after }
    try {
      const answer = await post(`${autocompleteUrl}?stream=1`, question, { signal: asked.signal, accept: 'text/event-stream, application/json' })
      if (!answer.ok) throw new Error(String(answer.status))
      const isStream = answer.headers.get('Content-Type').startsWith('text/event-stream')
      if (isStream) await this.stream(answer, asked)
      else (await answer.json()).suggestions.forEach((suggestion, index) => this.came({ index, ...suggestion }))
    } catch {
      if (asked !== this.asked || asked.signal.aborted) return
    }
    if (asked !== this.asked || !this.match) return
    clearTimeout(this.limit)
    this.items.length ? this.speak() : this.nothing()
  }

  async stream (answer, asked) {
    for await (const { event, data } of events(answer.body)) {
      if (asked !== this.asked || event === 'done') return
      if (event === 'suggestion') this.came(data)
    }
  }

  // An event brings all of a suggestion so far, or the next piece of it.
  came ({ index, text, confidence }) {
    const known = this.items[index]?.text ?? ''
    this.items[index] = { text: text.startsWith(known) ? text : known + text, confidence }
    this.show()
  }

  show () {
    this.quiet.hidden = true
    this.hint.hidden = !this.items.length
    this.list.hidden = !this.items.length
    this.list.classList.toggle('sr-only', this.items.length < 2)
    this.list.replaceChildren(...this.items.map((item, place) => {
      const option = textPart('div', item.text, 'editor-option cut')
      Object.assign(option, { id: `${this.host.id}-option-${place}`, role: 'option', ariaSelected: String(place === this.at) })
      return option
    }))
    const { dom } = this.view
    if (this.current) {
      dom.setAttribute('aria-controls', this.list.id)
      dom.setAttribute('aria-activedescendant', `${this.host.id}-option-${this.at}`)
    } else if (dom.getAttribute('aria-controls') === this.list.id) {
      for (const name of ['aria-controls', 'aria-activedescendant']) dom.removeAttribute(name)
    }
    this.ghost()
  }

  ghost () {
    const { view, match } = this
    const ghost = match && this.current ? rest(this.current.text, match.query) : ''
    if (key.getState(view.state).ghost === ghost) return
    view.dispatch(view.state.tr.setMeta(key, { ghost }).setMeta('addToHistory', false))
  }

  speak () { this.spoken.textContent = this.current.text }

  nothing () {
    this.quiet.hidden = false
    clearTimeout(this.silence)
    this.silence = setTimeout(() => { this.quiet.hidden = true }, QUIET_MS)
  }

  stop () {
    for (const timer of [this.timer, this.limit]) clearTimeout(timer)
    this.asked?.abort()
    this.asked = undefined
    Object.assign(this, { items: [], at: 0 })
    this.spoken.textContent = ''
    this.show()
  }

  tell (outcome) {
    this.host.dataset.outcome = outcome
    this.host.dispatchEvent(new CustomEvent('hd:suggestion', { bubbles: true, detail: { outcome, ...this.current } }))
  }

  accept () {
    const { view, match } = this
    if (!match || !this.current) return
    const text = whole(this.current.text, match.query).trimEnd()
    this.tell('accepted')
    this.stop()
    const { tr } = view.state
    view.dispatch(closeHistory(tr).insertText(text, match.from, match.to).setMeta(key, { match: null }).scrollIntoView())
    view.focus()
  }

  dismiss () {
    this.tell('rejected')
    this.view.dispatch(this.view.state.tr.setMeta(key, { dismissed: this.match.from, match: null }).setMeta('addToHistory', false))
    this.view.focus()
  }

  pressed (event) {
    if (!this.match || (!this.current && !this.asked)) return false
    if (event.key === 'Escape' && this.quiet.hidden) { this.dismiss(); return true }
    if (!this.current || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false
    if (event.key === 'Tab' || event.key === 'Enter') { this.accept(); return true }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || this.items.length < 2) return false
    this.at = (this.at + step + this.items.length) % this.items.length
    this.show()
    this.speak()
    return true
  }

  pointed (event) {
    event.preventDefault()
    const place = [...this.list.children].indexOf(event.target.closest('[role=option]'))
    if (place < 0) return
    this.at = place
    this.accept()
  }

  update (view, before) {
    const { match } = key.getState(view.state)
    const last = key.getState(before).match
    if (match?.from === last?.from && match?.query === last?.query) return
    if (match) this.ask()
    else this.stop()
  }

  destroy () {
    clearTimeout(this.silence)
    for (const timer of [this.timer, this.limit]) clearTimeout(timer)
    this.asked?.abort()
  }
}

function next (tr, before, state) {
  const told = tr.getMeta(key)
  const dismissed = told?.dismissed ?? (before.dismissed === null ? null : tr.mapping.map(before.dismissed, -1))
  if (told && 'match' in told) return { match: null, dismissed, ghost: '' }
  if (told) return { ...before, ghost: told.ghost }
  const match = trigger({ selection: tr.selection, doc: tr.doc })
  if (!match) return { match: null, dismissed: null, ghost: '' }
  if (match.from === dismissed) return { match: null, dismissed, ghost: '' }
  const goesOn = before.match && tr.mapping.map(before.match.from, -1) === match.from
  if (!goesOn && !isTyped(tr)) return { match: null, dismissed, ghost: '' }
  return { match, dismissed: null, ghost: match.query === before.match?.query ? before.ghost : '' }
}

function decorations (state) {
  const { match, ghost } = key.getState(state)
  if (!match) return null
  const shown = [Decoration.inline(match.from, match.to, { class: 'editor-trigger' })]
  if (ghost) {
    const draw = () => {
      const span = textPart('span', ghost, 'ghost')
      span.ariaHidden = 'true'
      return span
    }
    shown.push(Decoration.widget(match.to, draw, { side: 1, key: ghost, ignoreSelection: true }))
  }
  return DecorationSet.create(state.doc, shown)
}

export const autocomplete = host => Extension.create({
  name: 'autocomplete',
  priority: 1100, // before what Enter and Tab do otherwise
  addProseMirrorPlugins () {
    if (!host.dataset.autocompleteUrl) return []
    let suggestions
    return [new Plugin({
      key,
      state: { init: () => ({ match: null, dismissed: null, ghost: '' }), apply: next },
      view: view => { suggestions = new Suggestions(host, view); return suggestions },
      props: { decorations, handleKeyDown: (_view, event) => suggestions.pressed(event) },
    })]
  },
})
