// Tables and histories of pages without the conversation list: J and K move along their links, O opens one.
import { register } from './commands.js'

const links = () => [...document.querySelectorAll('.page .row-link')]
const hasLinks = () => links().length > 0

function moveBy (step) {
  const all = links()
  const link = all[Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement) + step))]
  link?.focus()
  link?.closest('tr, li').scrollIntoView({ block: 'nearest' })
}

function open () {
  const link = document.activeElement.closest('.row-link')
  link?.click()
  return Boolean(link)
}

if (!document.getElementById('conversation-list')) {
  register('next', () => moveBy(1), hasLinks)
  register('previous', () => moveBy(-1), hasLinks)
  register('open', open, hasLinks)
}
