// The open thread: starts at its end, stays there while messages come in, and says aloud who wrote.
const NEAR_END_PX = 80

const timeline = () => document.getElementById('timeline')
const newBelow = () => document.getElementById('new-below')
const openId = () => document.getElementById('conversation')?.dataset.conversationId
const newestMessage = () => [...document.querySelectorAll('#timeline .msg')].at(-1)

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

const seen = { conversation: openId(), message: newestMessage()?.id }
let wasAtEnd = true

function opened () {
  scrollToEnd()
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
  else if (message && message.id !== seen.message) grew(message)
  Object.assign(seen, { conversation, message: message?.id })
}

document.addEventListener('htmx:beforeSwap', event => { if (event.detail.target.id === 'conversation') wasAtEnd = isAtEnd() })
document.addEventListener('htmx:afterSettle', settled)
document.addEventListener('click', event => { if (event.target.closest('#new-below')) scrollToEnd() })
document.addEventListener('scroll', event => {
  if (event.target === timeline() && isAtEnd()) newBelow().hidden = true
}, { capture: true, passive: true })
scrollToEnd()
