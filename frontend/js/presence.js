// Who else is at the open conversation. Its own socket says what this agent does there (viewing, typing, idle), hears
// of the others, and is closed when the conversation is no longer this agent's to see.
import { face } from './face.js'
import { Channel, CLOSED_FOR_GOOD } from './live.js'

const HEARTBEAT_MS = 15_000
const IDLE_AFTER_MS = 60_000
const TYPING_MS = 5_000 // the server takes it for over after 8 s
const NOT_YOURS = 4404
const FACES_MOST = 3
const ACTIVE = ['viewing', 'typing']

const conversation = () => document.getElementById('conversation')
const line = () => document.getElementById('presence')
const collision = () => document.getElementById('collision')
const composer = () => document.getElementById('composer')
const firstName = ({ name }) => name.split(' ')[0]
const now = () => Date.now()

let channel
let openId
let agents = []
let activeAt = now()
let typedAt = 0
let said = {}
let known = new Set() // messages that were there already

function state () {
  if (document.visibilityState === 'hidden' || now() - activeAt > IDLE_AFTER_MS) return 'idle'
  return now() - typedAt < TYPING_MS ? 'typing' : 'viewing'
}

// At once when it has changed; else only what would run out is repeated.
function tell ({ again = false } = {}) {
  const what = state()
  if (!channel || (what === said.what && !again)) return
  channel.say({ type: 'presence', state: what })
  said = { what, at: now() }
}

function sentence (people, kind) {
  const form = people.length === 1 ? kind : people.length === 2 ? `${kind}Two` : `${kind}More`
  const [name, other] = people.map(firstName)
  return line().dataset[form].replace('{name}', name).replace('{other}', other).replace('{count}', people.length - 1)
}

function draw () {
  if (!line()) return
  const writers = agents.filter(agent => agent.state === 'typing')
  const people = writers.length ? writers : agents
  line().classList.toggle('writing', writers.length > 0)
  if (!people.length) return line().replaceChildren()
  const words = document.createElement('span')
  words.className = 'cut'
  words.textContent = sentence(people, writers.length ? 'writing' : 'here')
  line().replaceChildren(...people.slice(0, FACES_MOST).map(agent => face(agent)), words)
}

function hear (everybody) {
  agents = everybody.filter(agent => agent.id !== document.body.dataset.user && ACTIVE.includes(agent.state))
  draw()
}

function refused (code) {
  if (code === NOT_YOURS) {
    hear([])
    document.getElementById('lost').hidden = false
  }
  return code === NOT_YOURS || CLOSED_FOR_GOOD.includes(code)
}

function join (id) {
  return new Channel({
    url: `/ws/conversations/${id}?format=json`,
    onopen: () => {
      hear([])
      tell({ again: true })
    },
    ondown: () => hear([]),
    received: nudge => { if (nudge.type === 'presence') hear(nudge.data.agents) },
    refused,
  })
}

const messages = () => [...document.querySelectorAll('#timeline .msg')]

function isWriting () {
  const field = composer()?.querySelector('[contenteditable=true]') ?? composer()?.querySelector('textarea')
  return Boolean((field?.value ?? field?.textContent ?? '').trim())
}

// Somebody else has written while this agent writes: say so, scroll nothing.
function noteCollision () {
  const isOthers = message => !known.has(message.id) && message.dataset.author !== document.body.dataset.user
  const newest = messages().findLast(isOthers)
  if (!newest || !isWriting()) return
  const author = newest.querySelector('.msg-head b').textContent
  const words = collision().querySelector('span')
  words.textContent = words.dataset.wrote.replace('{name}', author)
  collision().dataset.message = newest.id
  collision().hidden = false
}

function settled () {
  const id = conversation()?.dataset.conversationId
  if (id === openId && channel) noteCollision()
  if (id !== openId) {
    channel?.end()
    openId = id
    agents = []
    said = {}
    typedAt = 0
    channel = id && join(id)
  }
  known = new Set(messages().map(message => message.id))
  draw()
}

function typed () {
  // A note keeps nobody from answering.
  if (composer()?.querySelector('[name=kind]:checked')?.value === 'note') return
  typedAt = activeAt = now()
  tell({ again: now() - said.at > TYPING_MS - 1_000 })
  setTimeout(tell, TYPING_MS + 100)
}

function active () {
  activeAt = now()
  if (said.what === 'idle') tell()
}

for (const type of ['keydown', 'pointerdown', 'pointermove', 'wheel']) addEventListener(type, active, { passive: true })
addEventListener('visibilitychange', () => {
  activeAt = now()
  tell()
})
setInterval(() => tell({ again: true }), HEARTBEAT_MS)
document.addEventListener('input', event => { if (event.target.closest('#composer') && event.target.name !== 'kind') typed() })
document.addEventListener('hd:typed', typed, { capture: true })
document.addEventListener('click', event => {
  if (!event.target.closest('#collision button')) return
  document.getElementById(collision().dataset.message)?.scrollIntoView({ block: 'center' })
  collision().hidden = true
})
document.addEventListener('htmx:afterRequest', event => {
  if (event.detail.elt !== composer() || !event.detail.successful) return
  typedAt = 0
  collision().hidden = true
  tell()
})
document.addEventListener('htmx:afterSettle', settled)
settled()
