// What went wrong, in words the page brought along (translated) in <template id="notice-…">.
import { watchToasts } from './layers.js'

function notify (name) {
  const toasts = document.getElementById('toasts')
  const id = `notice-${name}`
  if (!toasts || toasts.querySelector(`[data-notice=${id}]`)) return
  const notice = document.getElementById(id).content.cloneNode(true)
  notice.firstElementChild.dataset.notice = id
  toasts.append(notice)
  watchToasts()
}

// A live refresh that fails is quiet: the next nudge repeats it, and the banner tells when the line is down.
const isByHand = event => event.detail.requestConfig.triggeringEvent?.isTrusted !== false

document.addEventListener('htmx:sendError', event => { if (isByHand(event)) notify('offline') })
document.addEventListener('htmx:responseError', event => { if (isByHand(event)) notify('failed') })

// A whole document in answer to a request for a piece of one: signed out, so the sign-in page came. Go there.
document.addEventListener('htmx:beforeSwap', event => {
  if (!/^\s*<!doctype/i.test(event.detail.serverResponse)) return
  event.detail.shouldSwap = false
  event.detail.isError = false
  location.reload()
})
