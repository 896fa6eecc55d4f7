// Which commands somebody means by what they type: every word must be found, at the beginning of a word best.
const WHOLE = 4
const BEGINNING = 3
const INSIDE = 2
const SCATTERED = 1

const plain = text => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')

function isScattered (letters, text) {
  let from = 0
  for (const letter of letters) {
    from = text.indexOf(letter, from) + 1
    if (!from) return false
  }
  return true
}

function scoreOf (word, label) {
  const words = label.split(/[^\p{L}\p{N}]+/u)
  if (words.includes(word)) return WHOLE
  if (words.some(other => other.startsWith(word))) return BEGINNING
  if (label.includes(word)) return INSIDE
  return word.length > 2 && label[0] === word[0] && isScattered(word, label) ? SCATTERED : 0
}

// In their order; the best first within what was found.
export function ranked (commands, text) {
  const words = plain(text).split(/\s+/).filter(Boolean)
  const scored = commands.map(command => ({ command, scores: words.map(word => scoreOf(word, plain(command.label))) }))
  const found = scored.filter(({ scores }) => scores.every(Boolean))
  const total = ({ scores }) => scores.reduce((sum, score) => sum + score, 0)
  return found.sort((one, other) => total(other) - total(one)).map(({ command }) => command)
}
