// The open thread: starts at its end, stays there while messages come in, and says aloud who wrote.
const NEAR_END_PX = 80

const conversation = () => document.getElementById('conversation')
const timeline = () => document.getElementById('timeline')
const newBelow = () => document.getElementById('new-below')

function snapshot () {
  const box = timeline()
  return {
    conversationId: conversation()?.dataset.conversationId,
    messageId: [...document.querySelectorAll('#timeline .msg')].at(-1)?.id,
    isAtEnd: !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX,
  }
}

let before = snapshot()

function scrollToEnd () {
  const box = timeline()
  if (!box) return
  box.scrollTop = box.scrollHeight
  newBelow().hidden = true
}

function announce (message) {
  document.getElementById('announcer').textContent = message.dataset.announce
}

function opened () {
  scrollToEnd()
  document.getElementById('thread').focus({ preventScroll: true })
}

function grew (message) {
  const isOurs = !message.classList.contains('in')
  if (before.isAtEnd || isOurs) scrollToEnd()
  else newBelow().hidden = false
  if (!isOurs) announce(message)
}

function settled () {
  const now = snapshot()
  if (now.conversationId && now.conversationId !== before.conversationId) opened()
  else if (now.messageId && now.messageId !== before.messageId) grew(document.getElementById(now.messageId))
}

const isConversation = event => event.detail.target?.id === 'conversation'

document.addEventListener('htmx:beforeSwap', event => { if (isConversation(event)) before = snapshot() })
document.addEventListener('htmx:afterSettle', event => { if (event.detail.elt.closest?.('#conversation')) settled() })
document.addEventListener('click', event => { if (event.target.closest('#new-below')) scrollToEnd() })
document.addEventListener('scroll', event => {
  if (event.target === timeline() && snapshot().isAtEnd) newBelow().hidden = true
}, { capture: true, passive: true })
scrollToEnd()
