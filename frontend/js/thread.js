// The open thread: starts at what is new, else at its end, stays there while messages come in, and says who wrote.
const NEAR_END_PX = 80
const ABOVE_NEW_PX = 40

const timeline = () => document.getElementById('timeline')
const newBelow = () => document.getElementById('new-below')
const openId = () => document.getElementById('conversation')?.dataset.conversationId
const messages = () => [...document.querySelectorAll('#timeline .msg')]
const newestMessage = () => messages().at(-1)
const topIn = (box, element) => element.getBoundingClientRect().top - box.getBoundingClientRect().top

function isAtEnd () {
  const box = timeline()
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX
}

function scrollToEnd () {
  const box = timeline()
  if (!box) return
  box.scrollTop = box.scrollHeight
  newBelow().hidden = true
}

// The message that the address names, what is new, or the end.
function scrollToStart () {
  const box = timeline()
  if (!box) return
  const named = location.hash.startsWith('#message-') && document.getElementById(location.hash.slice(1))
  const from = named || document.getElementById('new-line')
  if (!from) return scrollToEnd()
  box.scrollTop += topIn(box, from) - ABOVE_NEW_PX
}

const seen = { conversation: openId(), message: newestMessage()?.id }
let wasAtEnd = true
let held // what the reader looks at, and where it stands

function beforeSwap (event) {
  if (event.detail.target.id !== 'conversation') return
  wasAtEnd = isAtEnd()
  const box = timeline()
  const first = box && messages().find(message => topIn(box, message) >= 0)
  held = first && { id: first.id, top: topIn(box, first) }
}

// What came in above pushes nothing away.
function hold () {
  const message = held && document.getElementById(held.id)
  if (!message || wasAtEnd) return
  timeline().scrollTop += topIn(timeline(), message) - held.top
}

function opened () {
  scrollToStart()
  document.getElementById('thread').focus({ preventScroll: true })
}

// Back in the list (on phones the only pane then), at the row that was open.
function closed () {
  document.getElementById(`row-${seen.conversation}`)?.querySelector('a').focus()
}

function grew (message) {
  const isOurs = !message.classList.contains('in')
  if (wasAtEnd || isOurs) scrollToEnd()
  else newBelow().hidden = false
  if (!isOurs) document.getElementById('announcer').textContent = message.dataset.announce
}

function settled () {
  const conversation = openId()
  const message = newestMessage()
  if (conversation !== seen.conversation) conversation ? opened() : closed()
  else {
    hold()
    if (message && message.id !== seen.message) grew(message)
  }
  held = undefined
  Object.assign(seen, { conversation, message: message?.id })
}

// A reply that is held counts its seconds.
function countDown () {
  for (const line of document.querySelectorAll('[data-leaves]')) {
    const seconds = Math.ceil((new Date(line.dataset.leaves) - Date.now()) / 1000)
    if (seconds > 0) line.textContent = line.dataset.text.replace('{seconds}', seconds)
  }
}

document.addEventListener('htmx:beforeSwap', beforeSwap)
document.addEventListener('htmx:afterSettle', settled)
document.addEventListener('click', event => { if (event.target.closest('#new-below')) scrollToEnd() })
document.addEventListener('scroll', event => {
  if (event.target === timeline() && isAtEnd()) newBelow().hidden = true
}, { capture: true, passive: true })
addEventListener('hashchange', scrollToStart)
setInterval(countDown, 1000)
scrollToStart()
