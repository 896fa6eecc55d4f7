// The height of mail that stands in a frame. Nobody can look into a frame that has no rights, so the same sanitised page
// is laid out beside it, unseen and as wide, and measured there.
const SIGHT_PX = 1500
const measured = new Map()
const bench = document.createElement('div')
bench.className = 'mail-bench'
bench.inert = true
document.body.append(bench)

function fit (frame) {
  const { ghost } = measured.get(frame)
  ghost.style.width = `${frame.clientWidth}px`
  const height = Math.ceil(ghost.getBoundingClientRect().height)
  if (frame.clientWidth && height && frame.height !== String(height)) frame.height = height
}

const widths = new ResizeObserver(entries => { for (const { target } of entries) if (measured.get(target)?.ghost) fit(target) })

async function measure (frame) {
  const known = { src: frame.src }
  measured.set(frame, known)
  const answer = await fetch(known.src).catch(() => null)
  if (!answer?.ok || measured.get(frame) !== known) return
  const [, style, mail] = (await answer.text()).match(/<style>(.*?)<\/style>(.*)/s)
  // Our policy refuses styles in markup, and says so for each; set one by one they are ours.
  const page = new DOMParser().parseFromString(mail.replaceAll(' style="', ' data-style="'), 'text/html')
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  known.ghost = document.createElement('div')
  const root = known.ghost.attachShadow({ mode: 'closed' })
  root.adoptedStyleSheets = [sheet]
  root.append(document.adoptNode(page.querySelector('.mail')))
  for (const element of root.querySelectorAll('[data-style]')) element.style.cssText = element.dataset.style
  root.addEventListener('load', () => fit(frame), true)
  bench.append(known.ghost)
  fit(frame)
  widths.observe(frame)
}

const nearby = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) if (isIntersecting && measured.get(target)?.src !== target.src) measure(target)
}, { rootMargin: `${SIGHT_PX}px` })

function look () {
  for (const [frame, { ghost }] of measured) {
    if (frame.isConnected && frame.src === measured.get(frame).src) continue
    ghost?.remove()
    measured.delete(frame)
    widths.unobserve(frame)
    nearby.unobserve(frame)
  }
  for (const frame of document.querySelectorAll('iframe.mail-page')) nearby.observe(frame)
}

document.addEventListener('htmx:afterSettle', look)
look()
