// What is begun is kept: in this browser on each keystroke, on the server a second later, one write after the other.
// This browser forgets it once the server has it. Two tabs on one draft never lose a word to each other.
import { hold, keyOf } from '../unsent.js'
import { blank, csrf, isBlank, isSame, read, write } from './form.js'

const SAVE_MS = 1_000
const AGAIN_MS = 5_000

const addresses = text => text.split(/[,;\n]/).map(one => one.trim()).filter(one => /^\S+@\S+\.\S+$/.test(one))
const toServer = (value, version) => ({
  ...(value.kind ? { kind: value.kind === 'note' ? 'note' : 'reply', seen_seq: value.seenSeq } : { subject: value.subject, mailbox_id: value.mailbox || null, team_id: value.team || null }),
  ...(value.html ? { body_html: value.html } : { body_text: value.text }),
  to: addresses(value.to),
  cc: addresses(value.cc),
  bcc: addresses(value.bcc),
  attachments: value.files.map(file => file.id),
  ...(value.kind === 'forward' && value.forwarded ? { forwarded_message_id: value.forwarded } : {}),
  ...(version ? { version } : {}),
})

// A new conversation has no kind: a first message is one.
function fromServer (draft, others, files) {
  const kind = !draft.kind ? '' : draft.kind === 'note' ? 'note' : draft.forwarded_message_id ? 'forward' : others && draft.cc.length ? 'reply-all' : 'reply'
  return {
    kind,
    text: draft.body_text,
    html: draft.body_html,
    to: draft.to.join(', '),
    cc: draft.cc.join(', '),
    bcc: draft.bcc.join(', '),
    files: draft.attachments.map(id => files.find(file => file.id === id) ?? { id, name: id, size: '' }),
    forwarded: draft.forwarded_message_id ?? '',
    seenSeq: draft.seen_seq ?? 0,
    ...(kind ? {} : { subject: draft.subject, mailbox: draft.mailbox_id ?? '', team: draft.team_id ?? '' }),
  }
}

export class Draft {
  constructor (form) {
    this.form = form
    this.id = form.dataset.conversationId
    this.url = form.dataset.draftUrl
    this.version = Number(form.dataset.draftVersion) || 0
    this.queue = Promise.resolve()
    this.value = read(form)
    this.saved = this.version ? this.value : null
    if (this.version) hold(this.id, true)
    this.restore()
  }

  get key () { return keyOf(this.id) }

  restore () {
    const kept = JSON.parse(localStorage.getItem(this.key) ?? 'null')
    if (!kept) return this.say(this.version ? 'saved' : '')
    const shown = this.value
    if (isBlank(kept.value)) return localStorage.removeItem(this.key)
    if (isBlank(shown) || kept.version === this.version || kept.value.text.includes(shown.text)) write(this.form, kept.value)
    else if (!shown.text.includes(kept.value.text)) write(this.form, joined(kept.value, shown))
    this.value = read(this.form)
    this.keep()
    this.later(0)
  }

  keep () {
    isBlank(this.value)
      ? localStorage.removeItem(this.key)
      : localStorage.setItem(this.key, JSON.stringify({ value: this.value, version: this.version }))
  }

  changed () {
    this.value = read(this.form)
    this.keep()
    this.say(isBlank(this.value) ? '' : 'saving')
    this.later(SAVE_MS)
  }

  later (ms) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), ms)
  }

  save (options = {}) {
    clearTimeout(this.timer)
    if (this.isStopped) return this.queue
    this.queue = this.queue.then(() => this.push(options)).catch(() => this.offline())
    return this.queue
  }

  async push (options) {
    const value = this.value
    if (this.saved && isSame(value, this.saved) && value.html === this.saved.html) return this.settle(value)
    if (isBlank(value)) return this.version ? this.discard() : this.say('')
    // A new draft must not replace one that another tab has begun meanwhile.
    if (!this.version && !this.isFirst && await this.isThere()) return this.meet(value)
    const answer = await this.ask('PUT', toServer(value, this.version), options)
    if (answer.status === 409) return this.meet(value)
    if (!answer.ok) return this.refused(answer.status)
    this.version = (await answer.json()).version
    this.saved = value
    this.settle(value)
  }

  async isThere () {
    const answer = await this.ask('GET')
    return answer.ok
  }

  settle (value) {
    hold(this.id, !isBlank(value))
    if (this.value !== value && !isSame(this.value, value)) return this.later(SAVE_MS)
    localStorage.removeItem(this.key)
    this.say('saved')
  }

  async discard () {
    const answer = await this.ask('DELETE')
    if (!answer.ok && answer.status !== 404) return this.refused(answer.status)
    this.forget()
  }

  forget () {
    this.version = 0
    this.saved = null
    hold(this.id, false)
    if (isBlank(this.value)) localStorage.removeItem(this.key)
    this.say('')
  }

  // Another tab has saved, or sent: what is here and what is there stand below each other, unless one has it all.
  async meet (value) {
    const answer = await this.ask('GET')
    if (answer.status === 404) {
      this.version = 0
      this.isFirst = true
      return this.later(0)
    }
    this.isFirst = false
    if (!answer.ok) return this.refused(answer.status)
    const draft = await answer.json()
    const theirs = fromServer(draft, this.form.dataset.others, value.files)
    this.version = draft.version
    this.saved = theirs
    if (!value.text.includes(theirs.text.trim())) {
      write(this.form, theirs.text.includes(this.value.text.trim()) ? theirs : joined(this.value, theirs))
      this.value = read(this.form)
      this.keep()
    }
    this.say('elsewhere')
    this.later(SAVE_MS)
  }

  // Looked at again: what another tab or device has saved meanwhile is here, if nothing was typed here since.
  async look () {
    if (!this.saved || localStorage.getItem(this.key) || !navigator.onLine) return
    const answer = await this.ask('GET').catch(() => null)
    if (!answer || localStorage.getItem(this.key)) return
    if (answer.status === 404) return this.form.isConnected && this.showThere(blank(this.value.kind), 0)
    if (!answer.ok) return
    const draft = await answer.json()
    if (draft.version !== this.version) this.showThere(fromServer(draft, this.form.dataset.others, this.value.files), draft.version)
  }

  showThere (value, version) {
    this.version = version
    write(this.form, value)
    this.value = this.saved = read(this.form)
    hold(this.id, !isBlank(value))
  }

  ask (method, data, options = {}) {
    const headers = { Accept: 'application/json', 'X-CSRFToken': csrf() }
    if (data) headers['Content-Type'] = 'application/json'
    return fetch(this.url, { method, headers, body: data && JSON.stringify(data), cache: 'no-store', ...options })
  }

  refused (status) {
    // What the server will never take (403, 404, 422) stays here; the rest is tried again.
    if (status >= 500 || status === 429) return this.offline()
    this.say('offline')
  }

  offline () {
    this.say('offline')
    if (!this.isStopped) this.timer = setTimeout(() => this.save(), AGAIN_MS)
  }

  say (word) {
    const status = this.form.querySelector('.compose-saved')
    const text = word ? status?.dataset[word] ?? '' : ''
    if (status && status.textContent !== text) status.textContent = text
  }

  // Before it is sent: nothing more is saved, and what is on its way has arrived.
  async pause () {
    clearTimeout(this.timer)
    this.isStopped = true
    await this.queue
  }

  resume () {
    this.isStopped = false
    if (!isBlank(this.value)) this.later(SAVE_MS)
  }

  // It was sent: the draft of that kind is gone from the server, and one of another kind goes too.
  sent () {
    this.isStopped = false
    this.value = read(this.form)
    this.keep()
    if (this.version) this.queue = this.queue.then(() => this.ask('DELETE')).catch(() => {})
    this.version = 0
    this.saved = null
    hold(this.id, false)
    isBlank(this.value) ? this.say('') : this.later(SAVE_MS)
  }

  // A reply was taken back: the server has it as a draft again.
  async returned (isToBeShown) {
    const answer = await this.ask('GET').catch(() => null)
    if (answer?.ok) {
      const draft = await answer.json()
      this.version = draft.version
      if (isToBeShown && isBlank(this.value)) write(this.form, fromServer(draft, this.form.dataset.others, []))
    }
    this.saved = null
    this.changed()
  }

  leave () {
    if (localStorage.getItem(this.key)) this.save({ keepalive: true })
  }
}

const joined = (mine, theirs) => ({
  ...mine,
  text: `${mine.text}\n\n${theirs.text}`,
  html: mine.html || theirs.html ? `${mine.html || paragraphs(mine.text)}${theirs.html || paragraphs(theirs.text)}` : '',
  files: [...mine.files, ...theirs.files.filter(file => !mine.files.some(own => own.id === file.id))],
})

export function paragraphs (text) {
  const box = document.createElement('div')
  for (const line of text.split('\n')) {
    const paragraph = document.createElement('p')
    paragraph.textContent = line
    box.append(paragraph)
  }
  return box.innerHTML
}

// A first message went: the address of the next page says so.
if (new URLSearchParams(location.search).has('sent')) localStorage.removeItem(keyOf('new'))
