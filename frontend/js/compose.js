// Replies and notes: saved on each keystroke, brought back after a reload, gone once sent.
const form = () => document.getElementById('composer')
const body = () => form()?.querySelector('textarea')
const draftKey = conversationId => `draft:${document.body.dataset.user}:${conversationId}`

export const hasDraft = conversationId => localStorage.getItem(draftKey(conversationId)) !== null

// The kind is kept with the text: what was meant as a note must not come back as a reply.
function save () {
  const { conversationId } = form().dataset
  if (!body().value.trim()) return localStorage.removeItem(draftKey(conversationId))
  const kind = form().querySelector('[name=kind]:checked')?.value
  localStorage.setItem(draftKey(conversationId), JSON.stringify({ text: body().value, kind }))
}

function restore () {
  if (!form() || form().dataset.restored) return
  form().dataset.restored = 'true'
  const saved = JSON.parse(localStorage.getItem(draftKey(form().dataset.conversationId)))
  const choice = saved?.kind && form().querySelector(`[name=kind][value=${saved.kind}]`)
  if (!saved || body().value || (saved.kind && !choice)) return
  if (choice) choice.checked = true
  body().value = saved.text
  grow()
}

const growsByItself = CSS.supports('field-sizing', 'content')

function grow () {
  if (growsByItself) return
  body().style.height = 'auto'
  body().style.height = `${body().scrollHeight}px`
}

// Typing may go on while the text travels: only what was sent is cleared.
function sent (event) {
  if (event.detail.elt !== form() || !event.detail.successful) return
  if (body().value !== event.detail.requestConfig.sentText) return
  body().value = ''
  save()
  grow()
}

export const sendButton = () => [...form().querySelectorAll('button[type=submit]')].find(button => button.checkVisibility())

document.addEventListener('input', event => {
  if (event.target !== body()) return
  save()
  grow()
})
document.addEventListener('change', event => { if (event.target.name === 'kind') save() })
document.addEventListener('click', event => { if (event.target.name === 'kind') body().focus() })
document.addEventListener('htmx:beforeSend', event => {
  if (event.detail.elt === form()) event.detail.requestConfig.sentText = body().value
})
document.addEventListener('htmx:afterRequest', sent)
document.addEventListener('htmx:afterSettle', restore)
restore()
