// <hd-live data-url data-since>: one socket a tab. It carries nudges, never content; each nudge makes the page refetch
// what it shows. `hd:live` says that it is open (again): who is where is told anew. Heartbeats find dead sockets,
// back-off has jitter, and a reconnect resumes after the last event seen. presence.js has a second `Channel`.
const GATHER_MS = 200
const HEARTBEAT_MS = 25_000
const ANSWER_MS = 8_000
const MAX_WAIT_MS = 15_000
const OFFLINE_AFTER_MS = 2_000
const READ_ONLY = 'read' // in place of an id: the list alone
export const CLOSED_FOR_GOOD = [4401, 4403] // signed out, or access taken away
const TOO_MANY = 4429 // the tab that is looked at has taken this one's place; it comes back when it is looked at
const NO_ROW = ['presence', 'typing', 'notification', 'agent.updated'] // who shows them listens for `hd:` and the type

const emit = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail }))

const gathered = new Set()
let gathering

// Many nudges within a moment cause one refetch. An id of null stands for "anything may have changed".
export function refresh (conversationId) {
  gathered.add(conversationId)
  gathering ??= setTimeout(() => {
    const open = document.getElementById('conversation')?.dataset.conversationId
    emit('hd:inbox')
    if (open && (gathered.has(open) || gathered.has(null))) emit('hd:conversation', { conversation_id: open })
    gathered.clear()
    gathering = undefined
  }, GATHER_MS)
}

// A socket that stays: `url(since)` says where to, `received` gets what comes; it resumes after the last `seq`.
export class Channel {
  constructor (options) {
    Object.assign(this, options)
    this.attempts = 0
    this.revive = () => {
      if (document.visibilityState === 'hidden' || this.socket?.readyState <= WebSocket.OPEN) return
      this.attempts = 0
      this.connect()
    }
    addEventListener('online', this.revive)
    document.addEventListener('visibilitychange', this.revive)
    this.connect()
  }

  end () {
    removeEventListener('online', this.revive)
    document.removeEventListener('visibilitychange', this.revive)
    for (const timer of [this.retry, this.pulse, this.alarm]) clearTimeout(timer)
    const { socket } = this
    this.socket = undefined
    socket.close()
  }

  connect () {
    clearTimeout(this.retry)
    const url = new URL(this.url, location.href.replace(/^http/, 'ws'))
    if (this.since) url.searchParams.set('since', this.since)
    const socket = this.socket = new WebSocket(url)
    socket.onopen = () => this.opened()
    socket.onmessage = message => { if (socket === this.socket) this.heard(JSON.parse(message.data)) }
    socket.onclose = event => { if (socket === this.socket) this.closed(event.code) }
  }

  say (message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message))
  }

  opened () {
    clearTimeout(this.alarm)
    this.alarm = undefined
    const isFirst = !this.attempts
    this.attempts = 0
    this.listen()
    this.onopen?.(isFirst)
  }

  heard (nudge) {
    this.listen()
    if (nudge.type === 'pong') return
    if (nudge.seq !== undefined) this.since = nudge.seq
    this.received(nudge)
  }

  closed (code) {
    clearTimeout(this.pulse)
    if (this.refused?.(code)) return
    this.alarm ??= setTimeout(() => this.ondown?.(), OFFLINE_AFTER_MS)
    if (code === TOO_MANY && document.visibilityState === 'hidden') return
    const longest = Math.min(MAX_WAIT_MS, 500 * 2 ** this.attempts++)
    this.retry = setTimeout(() => this.connect(), longest / 4 + Math.random() * longest * 3 / 4)
  }

  // Silence: ask once; still silence: the socket is dead, whatever its state says.
  listen () {
    clearTimeout(this.pulse)
    this.pulse = setTimeout(() => {
      this.say({ type: 'ping' })
      this.pulse = setTimeout(() => this.socket.close(), ANSWER_MS)
    }, HEARTBEAT_MS)
  }
}

class Live extends HTMLElement {
  connectedCallback () {
    this.channel = new Channel({
      url: this.dataset.url,
      since: this.dataset.since,
      onopen: isFirst => {
        document.body.dataset.live = 'open'
        if (!isFirst && !this.channel.since) refresh(null)
        emit('hd:live')
      },
      ondown: () => { document.body.dataset.live = 'offline' },
      received: nudge => this.received(nudge),
      refused: code => CLOSED_FOR_GOOD.includes(code) && (location.reload(), true),
    })
  }

  disconnectedCallback () {
    this.channel.end()
  }

  // For tests and whoever wants to know.
  get socket () { return this.channel.socket }

  received (nudge) {
    if (NO_ROW.includes(nudge.type)) return emit(`hd:${nudge.type}`, nudge)
    if (nudge.type === 'conversation.read') return this.read(nudge)
    refresh(nudge.type === 'resync' ? null : nudge.conversation_id)
  }

  // What somebody has read changes nothing but their own list, and never the thread. What is open here has lost its mark
  // in the list already (list.js): of that only the counts are told.
  read (nudge) {
    if (nudge.data.agent_id !== document.body.dataset.user) return
    if (nudge.conversation_id === document.getElementById('conversation')?.dataset.conversationId) return emit('hd:counts')
    refresh(READ_ONLY)
  }
}
customElements.define('hd-live', Live)
