// The composer: one form for replies, forwards and notes. What it says is kept by draft.js, goes out by send.js.
import './times.js'
import { enhanceAddresses, setAddresses } from './chips.js'
import { Draft, paragraphs } from './draft.js'
import { chooseKind, editorOf, focusWords, form, grow, isBlank, kindOf, read, setWords, textField } from './form.js'
import { watchSending } from './send.js'
import './files.js'

const drafts = new WeakMap()
let begun // the form on this page
let byArrow = false

const draftOf = form => drafts.get(form)
const now = () => document.getElementById('composer-now')?.dataset ?? {}

function begin () {
  const current = form()
  if (current === begun) return
  draftOf(begun)?.leave()
  begun = current
  if (!current || drafts.has(current)) return
  current.dataset.others = now().others ?? ''
  enhanceAddresses(current)
  const more = current.querySelector('[data-recipients]')
  if (more) more.hidden = false
  const draft = new Draft(current)
  drafts.set(current, draft)
  // What was typed and chosen before this script was here.
  if (textField(current).value !== textField(current).defaultValue) draft.changed()
  current.querySelector('[name=files]').dispatchEvent(new Event('change', { bubbles: true }))
  current.dataset.ready = ''
  showKind(current)
  grow(current)
  enrich(current)
}

// The rich editor takes over what stands in the plain field, with its marks where nothing was typed since.
function enrich (current) {
  if (!editorOf(current)) return
  const { draftHtml } = current.dataset
  const value = draftOf(current).value
  if (current.elements.body_html) current.elements.body_html.disabled = false
  if (draftHtml && value.text.trim()) editorOf(current).setContent(draftHtml)
}

function showKind (current) {
  const kind = kindOf(current)
  const editor = current.querySelector('hd-editor')
  if (editor) editor.dataset.kind = kind
  const recipients = current.querySelector('.recipients')
  const hasSome = ['cc', 'bcc'].some(name => current.elements[name]?.value)
  if (kind === 'forward' || kind === 'reply-all' || hasSome) unfold(recipients, true)
}

function unfold (recipients, isOpen) {
  if (!recipients) return
  recipients.classList.toggle('is-folded', !isOpen)
  const more = recipients.closest('form').querySelector('[data-recipients]')
  if (more) more.ariaExpanded = String(isOpen)
}

// Everybody who was on the last mail comes into Cc with "Reply all", and leaves it again with "Reply".
function chosen (event) {
  const current = event.target.form
  const { cc } = current.elements
  const others = now().others ?? ''
  if (cc && kindOf(current) === 'reply-all' && !cc.value) setAddresses(cc, others)
  if (cc && kindOf(current) === 'reply' && cc.value === others) setAddresses(cc, '')
  if (kindOf(current) === 'reply') unfold(current.querySelector('.recipients'), Boolean(cc?.value || current.elements.bcc?.value))
  showKind(current)
  draftOf(current)?.changed()
}

function clicked (event) {
  const { target } = event
  // Arrow keys walk among the kinds; a click or a key goes on to the text.
  if (target.name === 'kind' && target.form === form() && !byArrow) {
    showKind(target.form)
    const needsTo = kindOf(target.form) === 'forward' && !target.form.elements.to.value
    needsTo ? document.getElementById('to-entry')?.focus() : focusWords(target.form)
  }
  const more = target.closest('[data-recipients]')
  if (more) {
    const recipients = more.form.querySelector('.recipients')
    unfold(recipients, recipients.classList.contains('is-folded'))
    if (!recipients.classList.contains('is-folded')) document.getElementById('cc-entry')?.focus()
  }
  const forward = target.closest('[data-forward-message]')
  if (forward && form()) {
    form().elements.forwarded.value = forward.dataset.forwardMessage
    if (forward.dataset.forwardLabel) form().querySelector('[data-forwarded]').textContent = forward.dataset.forwardLabel
    if (chooseKind(form(), 'forward')) form().querySelector('[name=kind][value=forward]').click()
  }
}

function typed (event) {
  const current = event.target.closest?.('.compose') ?? null
  const draft = draftOf(current)
  if (!draft || event.target.name === 'kind' || event.target.type === 'datetime-local') return
  // Begun now: what is on the page has been seen.
  if (isBlank(draft.value) && current.elements.seen_seq && now().seenSeq) current.elements.seen_seq.value = now().seenSeq
  if (event.target === textField(current)) grow(current)
  draft.changed()
}

// Words from the thread: what is answered, or did not leave. They come below what is written already.
function filled ({ detail }) {
  const current = form()
  const kind = current?.querySelector(`[name=kind][value="${detail.kind}"]`)
  if (!draftOf(current) || !kind) return
  if (detail.to) setAddresses(current.elements.to, detail.to)
  kind.click()
  for (const name of ['cc', 'bcc']) if (detail[name]) setAddresses(current.elements[name], detail[name])
  const { text, html } = read(current)
  const hasWords = Boolean(text.trim())
  setWords(current, hasWords ? `${text}\n\n${detail.text}` : detail.text, `${hasWords ? html || paragraphs(text) : ''}${detail.html}`)
  showKind(current)
  editorOf(current)?.editor.commands.setTextSelection(Infinity)
  focusWords(current)
  textField(current).dispatchEvent(new Event('input', { bubbles: true }))
}

// Enter in a field of the form must not press its first button.
function entered (event) {
  byArrow = event.key.startsWith('Arrow') && event.target.name === 'kind'
  if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && event.target.matches('.compose input:not([type=datetime-local])')) event.preventDefault()
}

watchSending(draftOf)
document.addEventListener('input', typed)
document.addEventListener('change', event => { if (event.target.name === 'kind' && event.target.form === form()) chosen(event) })
document.addEventListener('click', clicked)
document.addEventListener('keydown', entered)
document.addEventListener('hd:fill', filled)
document.addEventListener('hd:editor', event => { if (drafts.has(event.target.closest('form'))) enrich(form()) })
document.addEventListener('htmx:afterSettle', begin)
addEventListener('online', () => { if (form()) draftOf(form())?.save() })
addEventListener('focus', () => { if (form()) draftOf(form())?.look() })
document.addEventListener('visibilitychange', () => {
  if (!form()) return
  document.visibilityState === 'hidden' ? draftOf(form())?.leave() : draftOf(form())?.look()
})
addEventListener('pagehide', () => { if (form()) draftOf(form())?.leave() })
begin()
