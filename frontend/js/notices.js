// What went wrong, in words the page brought along (translated) in <template id="notice-…">, and what is new.
import htmx from 'htmx.org'
import { watchToasts } from './layers.js'

const WAIT_MS = 400

// The request that failed last, to be sent again by the notice's Retry.
let failed

export function notify (name, request) {
  const toasts = document.getElementById('toasts')
  const id = `notice-${name}`
  const template = document.getElementById(id)
  if (!toasts || !template) return
  failed = request
  if (toasts.querySelector(`[data-notice=${id}]`)) return
  const notice = template.content.cloneNode(true)
  notice.firstElementChild.dataset.notice = id
  if (!request) notice.querySelector('[data-retry]')?.remove()
  toasts.append(notice)
  watchToasts()
}

// A live refresh that fails is quiet: the next nudge repeats it, and the banner tells when the line is down.
const isByHand = event => event.detail.requestConfig.triggeringEvent?.isTrusted !== false

// A change is not sent twice unasked: the way back from the server may have failed, not the way there.
const retried = ({ detail: { elt, requestConfig } }) => ({ elt, event: requestConfig.triggeringEvent })

function again () {
  const { elt, event } = failed ?? {}
  if (!elt?.isConnected) return location.reload()
  if (elt.matches('form')) return elt.requestSubmit(event?.submitter?.isConnected ? event.submitter : null)
  elt.matches('a, button') ? elt.click() : htmx.trigger(elt, event?.type ?? 'load')
}

// A list that did not come says so in its place.
function tell (name, event) {
  const { target } = event.detail
  const rows = target?.closest?.('#conversation-list')?.querySelector('.rows')
  if (!rows) return notify(name, retried(event))
  failed = retried(event)
  dropFailed()
  const line = document.getElementById('list-failed').content.cloneNode(true)
  target.id === 'conversation-list' ? rows.before(line) : rows.after(line)
}

const dropFailed = () => document.querySelector('#conversation-list > .list-failed')?.remove()

// What the server said in a sentence of its own (a conflict, a right that is missing) is worth more than ours.
function said (response) {
  if (!/^\s*<!doctype/i.test(response)) return ''
  return new DOMParser().parseFromString(response, 'text/html').querySelector('.lead')?.textContent.trim() ?? ''
}

function refused (event) {
  const { status, responseText } = event.detail.xhr
  const sentence = status < 500 && said(responseText)
  if (status === 404 && event.detail.target?.id === 'conversation') return notify('gone')
  if (status >= 500) return tell('failed', event)
  notify('refused')
  const text = document.querySelector('[data-notice=notice-refused] span')
  if (sentence && text) text.textContent = sentence
}

document.addEventListener('htmx:sendError', event => { if (isByHand(event)) tell('offline', event) })
document.addEventListener('htmx:timeout', event => { if (isByHand(event)) tell('offline', event) })
document.addEventListener('htmx:responseError', event => { if (isByHand(event)) refused(event) })
document.addEventListener('click', event => {
  const button = event.target.closest(':is(.toast, .list-failed) [data-retry]')
  if (!button) return
  button.closest('.toast, .list-failed').remove()
  setTimeout(again, WAIT_MS)
})

document.addEventListener('htmx:beforeRequest', event => { if (event.detail.target?.closest?.('#conversation-list')) dropFailed() })

// A whole document in answer to a request for a piece of one: signed out, so the sign-in page came. Go there.
document.addEventListener('htmx:beforeSwap', event => {
  if (!/^\s*<!doctype/i.test(event.detail.serverResponse)) return
  if (event.detail.xhr.status >= 400) {
    // A page that says what is wrong, where no form is there to say it.
    Object.assign(event.detail, { shouldSwap: false, isError: true })
    return
  }
  event.detail.shouldSwap = false
  event.detail.isError = false
  location.reload()
})

// A toast for what concerns me, unless I am looking at it: the answer to the bell brings it.
document.addEventListener('htmx:configRequest', event => {
  const nudge = event.detail.elt.id === 'bell' && event.detail.triggeringEvent?.detail
  if (!nudge?.data?.notification_id) return
  const isSeen = !document.hidden && document.getElementById('conversation')?.dataset.conversationId === nudge.conversation_id
  if (!isSeen) event.detail.parameters.new = nudge.data.notification_id
})
