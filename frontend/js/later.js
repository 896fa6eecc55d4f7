// Script and style of an open conversation: loaded with the first one, else as soon as the page stands.
import htmx from 'htmx.org'
import * as commands from './commands.js'
import * as live from './live.js'
import * as notices from './notices.js'
import * as triage from './triage.js'
import * as unsent from './unsent.js'

// The build makes its imports of these modules look here: there is one of each.
globalThis.hummdesk = { htmx: { htmx }, commands, live, notices, triage, unsent }

let loaded

function style (href) {
  if (document.querySelector(`link[href="${href}"]`)) return
  document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }))
}

function load () {
  const { conversationScript, conversationStyle } = document.body.dataset
  style(conversationStyle)
  loaded ??= import(conversationScript).catch(() => { loaded = undefined })
}

document.addEventListener('htmx:beforeRequest', event => { if (event.detail.target.id === 'conversation') load() })
addEventListener('load', load)
if (document.getElementById('composer') || document.getElementById('thread')) load()
