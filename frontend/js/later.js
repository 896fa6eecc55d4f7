// The script of an open conversation: loaded with the first one, else once the page is idle.
import htmx from 'htmx.org'
import * as commands from './commands.js'
import * as live from './live.js'
import * as notices from './notices.js'
import * as unsent from './unsent.js'

// The build makes its imports of these modules look here: there is one of each.
globalThis.hummdesk = { htmx: { htmx }, commands, live, notices, unsent }

const IDLE_MS = 3_000
const whenIdle = self.requestIdleCallback ?? (run => setTimeout(run, IDLE_MS))

let loaded

function load () {
  loaded ??= import(document.body.dataset.conversationScript).catch(() => { loaded = undefined })
}

function loadIfOpen () {
  if (document.getElementById('composer') || document.getElementById('thread')) load()
}

document.addEventListener('htmx:afterSettle', loadIfOpen)
addEventListener('load', () => whenIdle(load, { timeout: IDLE_MS }))
loadIfOpen()
